"""Runs a program as a person sees it: its standard error is a terminal of 120 columns.

usage: terminal.py PROGRAM [ARGUMENT]...

What the terminal was sent goes to standard error as it came; standard output is the program's own.
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios


def main(command):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    program = subprocess.Popen(command, stderr=theirs)
    os.close(theirs)
    while True:
        try:
            sent = os.read(ours, 65536)
        except OSError:  # Linux says so when nobody has the terminal open any more.
            break
        if not sent:
            break
        sys.stderr.buffer.write(sent)
    sys.stderr.buffer.flush()
    return program.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
