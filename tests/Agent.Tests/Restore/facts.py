# Prints what lies below a folder, one JSON object a line, without any code of this project: the judge of what a restore brought back.
import base64, hashlib, json, os, stat, sys

root = os.fsencode(sys.argv[1])
first = {}


def b64(value):
    return base64.b64encode(value).decode()


def look(path, shown):
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    fact = {
        "path": b64(shown), "mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid, "mtimeNs": info.st_mtime_ns,
        "type": {stat.S_IFREG: "File", stat.S_IFDIR: "Directory", stat.S_IFLNK: "Symlink", stat.S_IFIFO: "Fifo",
                 stat.S_IFSOCK: "Socket", stat.S_IFCHR: "CharDevice", stat.S_IFBLK: "BlockDevice"}[kind],
        "xattrs": {name: b64(os.getxattr(path, name, follow_symlinks=False)) for name in os.listxattr(path, follow_symlinks=False)},
    }
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            content = file.read()
        fact["size"] = len(content)
        fact["sha256"] = hashlib.sha256(content).hexdigest()
        fact["diskBytes"] = info.st_blocks * 512
        # The first name that was met of a file with several.
        fact["same"] = b64(first.setdefault(info.st_ino, shown))
    if kind == stat.S_IFLNK:
        fact["target"] = b64(os.readlink(path))
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        fact["device"] = [os.major(info.st_rdev), os.minor(info.st_rdev)]
    print(json.dumps(fact))
    if kind == stat.S_IFDIR:
        walk(path, shown)


def walk(path, shown):
    for name in sorted(os.listdir(path)):
        look(os.path.join(path, name), shown + b"/" + name)


walk(root, b"")
