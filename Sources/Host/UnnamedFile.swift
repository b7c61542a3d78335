import CHost
import Glibc

/// A file without a name: nobody opens it by one, and it is gone with its last descriptor, however
/// the process ends.
package enum UnnamedFile {
    /// Makes one in the file system of the directory.
    ///
    /// - Requires: the directory is ours alone: where the file system has no such files, a name
    ///   is there for a moment.
    package static func make(in directory: String) throws(HostError) -> Descriptor {
        let number = assay_unnamed_file(directory)
        if number >= 0 { return Descriptor(adopting: number) }
        guard number == -EOPNOTSUPP || number == -EISDIR else {
            throw HostError(failedTo: "make a file in \(directory)", -number)
        }
        let path = "\(directory)/.unnamed-\(UInt64.random(in: 0...UInt64.max))"
        let file = Descriptor(
            adopting: try posix("make a file in \(directory)") {
                open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
            })
        _ = try posix("remove the name of a file in \(directory)") { unlink(path) }
        return file
    }
}
