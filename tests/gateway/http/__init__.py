"""The gateway as a process of its own, spoken to by HTTP; behind it a real broker and a service of the test's own."""
