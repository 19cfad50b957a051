# Makes a tree of everything odd that a file system can hold, without any code of this project. usage: odd.py FOLDER [DEEP]
# FOLDER gets the kinds of entries, DEEP a file whose path is longer than any that can be named in one piece. What only root can make is left
# out for others.
import os, socket, stat, struct, sys

folder = os.fsencode(sys.argv[1])
is_root = os.geteuid() == 0


def at(name):
    return os.path.join(folder, name)


def write(name, content=b"content"):
    with open(at(name), "wb") as file:
        file.write(content)
    return at(name)


def acl(*entries):
    # linux/posix_acl_xattr.h: version 2, then tag, permissions and id of each entry.
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, bits, who) for tag, bits, who in entries)


NOBODY, UNDEFINED = 65534, 0xFFFFFFFF
access = acl((1, 6, UNDEFINED), (2, 4, NOBODY), (4, 4, UNDEFINED), (16, 6, UNDEFINED), (32, 0, UNDEFINED))
os.makedirs(folder, exist_ok=True)

# Names: every byte but "/" and zero is one.
write(bytes(set(range(1, 256)) - {ord("/")})[:255])
write(b"n" * 255)
write(b"-rf *\n\x1b[31m")
write(b"latin-\xe9")
os.mkdir(at(b".hidden dir "))

# Links: dangling, in a circle, as long as one can be, and three names of one file in two directories.
os.symlink(b"/nowhere/at/all", at(b"dangling"))
os.symlink(b"circle-b", at(b"circle-a"))
os.symlink(b"circle-a", at(b"circle-b"))
os.symlink(b"x" * 4095, at(b"longest"))
os.symlink(b".", at(b"itself"))
os.mkdir(at(b"links"))
shared = write(b"one-of-three", b"one file with three names")
os.link(shared, at(b"links/two-of-three"))
os.link(shared, at(b"three-of-three"))

# Pipes, sockets, devices.
os.mkfifo(at(b"pipe"), 0o640)
listening = socket.socket(socket.AF_UNIX)
os.chdir(folder)
listening.bind(b"socket")
if is_root:
    os.mknod(at(b"char"), stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.mknod(at(b"block"), stat.S_IFBLK | 0o660, os.makedev(259, 70_000))

# Attributes and access lists; a capability is an attribute too.
os.setxattr(write(b"tagged"), "user.comment", bytes(range(256)))
os.setxattr(at(b"tagged"), "user.empty", b"")
os.setxattr(write(b"large-attribute"), "user.large", b"v" * 3000)
os.setxattr(write(b"shared-with-nobody"), "system.posix_acl_access", access)
os.mkdir(at(b"inherits"))
os.setxattr(at(b"inherits"), "system.posix_acl_default", access)
write(b"inherits/inherited")
if is_root:
    os.chown(write(b"capable"), 12345, 54321)
    os.chmod(at(b"capable"), 0o755)
    os.setxattr(at(b"capable"), "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
    os.setxattr(at(b"dangling"), "trusted.of-a-link", b"1", follow_symlinks=False)
    os.chown(write(b"of-a-user-that-is-gone"), 4_000_000_000, 4_000_000_000)

# Modes: set-id bits, sticky, none at all; a directory that nobody may enter is root's to enter all the same.
for name, mode in ((b"setuid", 0o4711), (b"setgid", 0o2770), (b"unreadable", 0)):
    os.chmod(write(name), mode)
os.mkdir(at(b"sticky"))
os.chmod(at(b"sticky"), 0o1777)
if is_root:
    os.mkdir(at(b"closed"))
    write(b"closed/within")
    os.chmod(at(b"closed"), 0)

# Times: before 1970, far ahead, and with all nine digits.
for name, time in ((b"of-1901", -2_147_483_648_000_000_000), (b"of-2199", 7_226_582_400_000_000_000), (b"to-the-nanosecond", 1_712_150_400_123_456_789)):
    os.utime(write(name), ns=(time, time))

# Holes: at the start, in the middle, at the end, and nothing else.
for name, size, islands in ((b"sparse", 24 << 20, (5 << 20, 17 << 20)), (b"holes-only", 9 << 20, ())):
    with open(at(name), "wb") as file:
        file.truncate(size)
        for island in islands:
            file.seek(island)
            file.write(os.urandom(5000))
write(b"empty", b"")

# A path of 4,000 bytes.
path = at(b"long")
os.mkdir(path)
while len(path) < 3800:
    path += b"/" + b"d" * 100
    os.mkdir(path)
with open(path + b"/" + b"f" * (4000 - len(path) - 1), "wb") as file:
    file.write(b"at a path of 4,000 bytes")

if len(sys.argv) > 2:
    os.makedirs(sys.argv[2])
    os.chdir(sys.argv[2])
    for _ in range(300):
        os.mkdir("e" * 100)
        os.chdir("e" * 100)
    with open("bottom", "wb") as file:
        file.write(b"at a path of 30,000 bytes")
