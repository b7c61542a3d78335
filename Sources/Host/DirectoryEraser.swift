import CHost
import Glibc

/// Empties a directory of ours without ever leaving it.
///
/// No symbolic link is followed and no path is walked: every step is one name in one open
/// directory. Trees are flattened instead of descended: what a subdirectory holds is removed, and
/// each directory in it is moved up to the top. So a tree of any depth needs two descriptors and no
/// recursion, also when a hostile program dug it.
enum DirectoryEraser {
    /// Removes everything in the directory but the entry called `kept`.
    static func empty(
        _ directory: Descriptor, keeping kept: String, at path: String
    ) throws(HostError) {
        var moved = 0
        while true {
            let entries = try Directory.entries(of: directory, at: path).filter { $0.text != kept }
            if entries.isEmpty { return }
            for entry in entries {
                try Self.erase(entry, in: directory, at: path, moved: &moved)
            }
        }
    }

    private static func erase(
        _ entry: Directory.Entry, in top: Descriptor, at path: String, moved: inout Int
    ) throws(HostError) {
        guard try Self.unlink(entry, in: top, at: path) == .isDirectory else { return }
        guard let child = try Self.openDirectory(entry, in: top, at: path) else { return }
        for inner in try Directory.entries(of: child, at: path) {
            guard try Self.unlink(inner, in: child, at: path) == .isDirectory else { continue }
            // A directory that forbids writing could not be moved, since moving changes its "..".
            _ = try Self.openDirectory(inner, in: child, at: path)
            try Self.lift(inner, from: child, to: top, at: path, moved: &moved)
        }
        _ = try posix("remove a directory in \(path)") {
            unlinkat(top.number, entry.name, AT_REMOVEDIR)
        }
    }

    private enum Unlinked {
        case gone
        case isDirectory
    }

    private static func unlink(
        _ entry: Directory.Entry, in directory: Descriptor, at path: String
    ) throws(HostError) -> Unlinked {
        guard unlinkat(directory.number, entry.name, 0) != 0 else { return .gone }
        let number = errno
        switch number {
        case ENOENT: return .gone
        case EISDIR: return .isDirectory
        default: throw HostError(failedTo: "remove a file in \(path)", number)
        }
    }

    /// Moves a directory to the top under a name that is free.
    private static func lift(
        _ entry: Directory.Entry, from child: Descriptor, to top: Descriptor, at path: String,
        moved: inout Int
    ) throws(HostError) {
        while true {
            moved += 1
            if renameat(child.number, entry.name, top.number, ".lifted-\(moved)") == 0 { return }
            guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else {
                throw HostError(failedTo: "remove a directory in \(path)", errno)
            }
        }
    }

    /// Opens a directory for emptying, also one whose mode forbids it; nil when it is gone.
    private static func openDirectory(
        _ entry: Directory.Entry, in parent: Descriptor, at path: String
    ) throws(HostError) -> Descriptor? {
        let answer = assay_open_path(parent.number, entry.name)
        guard answer >= 0 else {
            if answer == -ENOENT { return nil }
            throw HostError(failedTo: "open a directory in \(path)", -answer)
        }
        let place = Descriptor(adopting: answer)
        let status = try place.status(of: "a directory in \(path)")
        guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
        if status.st_mode & 0o700 != 0o700 {
            // By descriptor, since a path could be swapped; fchmod refuses this kind of descriptor.
            _ = try posix("open a directory in \(path)") {
                chmod("/proc/self/fd/\(place.number)", 0o700)
            }
        }
        let number = try posix("open a directory in \(path)") {
            openat(place.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        return Descriptor(adopting: number)
    }
}
