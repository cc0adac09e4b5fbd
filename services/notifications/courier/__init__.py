"""The courier: a process that sends what notifications has decided to send, mails and webhooks.

`python -m services.notifications.courier`. It works on the database of notifications; it asks addresses of
their owners.

mailings.py expands mailings into deliveries; claims.py takes and marks deliveries; rounds.py moves them;
errand.py is the way of one delivery; recipients.py asks whose it is; letters/ writes mails; post.py hands them to the
mail server; hooks.py sends webhooks.
"""
