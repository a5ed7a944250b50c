"""What a program did where no kernel explains it: one file for each kind of explanation.

Every file has a function ``explain`` that looks at a pair and gives what could have been done, each
an `Explanation` with its parameters. `explain_all` runs them and counts what they reproduce.
"""
