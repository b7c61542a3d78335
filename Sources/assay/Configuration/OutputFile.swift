import Host

/// Writes files that people asked for, whole or not at all, in the place of older ones.
enum OutputFile {
    static func write(
        _ bytes: [UInt8], to path: String, readers: AtomicFile.Readers
    ) throws(CommandError) {
        do {
            try AtomicFile.write(bytes, to: path, readers: readers, existing: .replaced)
        } catch {
            throw CommandError(.failed, error.description)
        }
    }
}
