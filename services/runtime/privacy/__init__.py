"""What a service knows of one person: told, erased, and searched for afterwards.

person.py says whom it is about, grants.py who may ask, search.py reads every document there is.
"""
