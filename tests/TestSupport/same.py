# Compares two trees by everything a file system tells of them, without any code of this project: names as bytes, types, modes, owners,
# times to the nanosecond, sizes, contents, link targets, device numbers, attributes (ACLs and capabilities are attributes), and which names
# are one file. usage: same.py SOURCE RESTORED [CHANGED-SINCE-NS [EXCEPT]]: what changed in SOURCE meanwhile is passed over and counted, and so
# is what lies in EXCEPT (CHANGED-SINCE-NS may be empty). Prints the differences, then a line of counts; ends with 1 when there are any.
import os, stat, sys

source, restored = os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2])
since = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else None
excepted = os.fsencode(sys.argv[4]) if len(sys.argv) > 4 else None
counts = {"directories": 0, "files": 0, "links": 0, "others": 0, "hard-linked names": 0, "attributes": 0, "bytes": 0, "passed over": 0}
differences = 0
groups = ({}, {})


def differs(path, what):
    global differences
    differences += 1
    if differences <= 100:
        print(f"{path!r}: {what}")


def attributes(path):
    names = os.listxattr(path, follow_symlinks=False)
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in names}


def content(path, a, b):
    with open(a, "rb", buffering=0) as left, open(b, "rb", buffering=0) as right:
        at = 0
        while True:
            one, other = left.read(1 << 20), right.read(1 << 20)
            if one != other:
                return differs(path, f"content differs behind byte {at}")
            if not one:
                counts["bytes"] += at
                return
            at += len(one)


def compare(path, a, b):
    left = os.lstat(a)
    if since is not None and left.st_ctime_ns >= since and not stat.S_ISDIR(left.st_mode):
        counts["passed over"] += 1
        return
    try:
        right = os.lstat(b)
    except FileNotFoundError:
        return differs(path, "is not there")
    kind = stat.S_IFMT(left.st_mode)
    changing = since is not None and left.st_ctime_ns >= since
    for name in ("st_mode", "st_uid", "st_gid", "st_mtime_ns", "st_rdev") + (("st_size",) if kind != stat.S_IFDIR else ()):
        if getattr(left, name) != getattr(right, name) and not (changing and name == "st_mtime_ns"):
            differs(path, f"{name} is {getattr(right, name)} and was {getattr(left, name)}")
    had, has = attributes(a), attributes(b)
    counts["attributes"] += len(had)
    if had != has:
        differs(path, f"attributes are {has} and were {had}")
    if kind == stat.S_IFREG:
        counts["files"] += 1
        if left.st_nlink > 1:
            counts["hard-linked names"] += 1
            # The first name met stands for the file, on either side.
            first = [group.setdefault((info.st_dev, info.st_ino), path) for group, info in zip(groups, (left, right))]
            if first[0] != first[1]:
                differs(path, f"is one file with {first[1]!r} and was one with {first[0]!r}")
        elif right.st_nlink > 1:
            differs(path, "is a hard link and was none")
        if left.st_size == right.st_size:
            content(path, a, b)
    elif kind == stat.S_IFLNK:
        counts["links"] += 1
        if os.readlink(a) != os.readlink(b):
            differs(path, "points elsewhere")
    elif kind == stat.S_IFDIR:
        counts["directories"] += 1
        walk(path, a, b, changing)
    else:
        counts["others"] += 1


def walk(path, a, b, changing):
    names = os.listdir(a)
    for name in sorted(names):
        if os.path.join(a, name) != excepted:
            compare(path + b"/" + name, os.path.join(a, name), os.path.join(b, name))
    for name in sorted(set(os.listdir(b)) - set(names)):
        if changing:
            counts["passed over"] += 1
        else:
            differs(path + b"/" + name, "was not there")


compare(b"", source, restored)
print("same:" if not differences else f"{differences} differences:", ", ".join(f"{number} {name}" for name, number in counts.items()))
sys.exit(1 if differences else 0)
