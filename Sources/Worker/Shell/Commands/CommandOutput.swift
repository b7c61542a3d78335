import CHost
import Glibc
import Host

/// A file that a program left, read inside of its sandbox after everything there has ended.
enum CommandOutput {
    enum Found {
        case memory(SealedMemory)
        case absent(AttendantReport.Absence)
    }

    /// - Parameter name: plain, without a slash.
    static func read(
        _ name: String, upTo bytesMax: UInt64, in directory: String = CommandRoom.output
    ) -> Found {
        let number = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { return .absent(.missing) }
        let place = Descriptor(adopting: number)
        let opened = place.withNumber { assay_open_beneath($0, name) }
        guard opened >= 0 else {
            switch -opened {
            case ENOENT: return .absent(.missing)
            case ELOOP, EXDEV, ENXIO, ENODEV: return .absent(.noFile)
            default: return .absent(.notReadable)
            }
        }
        let file = Descriptor(adopting: opened)
        var status = stat()
        guard file.withNumber({ fstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return .absent(.noFile) }
        guard status.st_size <= bytesMax else { return .absent(.tooLong) }
        do throws(HostError) {
            return .memory(try Self.copy(file))
        } catch {
            return .absent(.notReadable)
        }
    }

    private static func copy(_ file: Descriptor) throws(HostError) -> SealedMemory {
        var draft = try SealedMemory.Draft(named: "assay-output")
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.copyBytes, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            guard count > 0 else { return try draft.sealed() }
            try draft.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private static let copyBytes = 256 << 10
}
