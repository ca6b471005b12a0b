"""The command `course` and what authors run: notebooks as files, checks in a kernel, Lab."""
