"""What search knows of languages: which words are forms of one, what compounds are made of, what was likely meant.

    finnish    the rules for Finnish
    forms      a word of a language to keys that its forms share
    parts      what compounds of the field are made of
    stems      both, remembered
    spelling   words that are in use, and those like a mistyped one

What is indexed and what is asked go through the same functions, which know nothing but the word: what a record is
found by does not hang on other records.
"""
