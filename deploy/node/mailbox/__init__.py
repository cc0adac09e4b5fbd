"""The mailbox of a node without a mail server: takes every mail, delivers none, shows all in the browser.

sink.py takes mail by SMTP, letters.py keeps and reads it, view.py shows it.
"""
