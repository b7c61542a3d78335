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

    /// A file that is whole, and has its name, once it was published.
    struct Draft {
        private let draft: AtomicFileDraft

        init(of path: String, readers: AtomicFile.Readers) throws(CommandError) {
            do {
                self.draft = try AtomicFileDraft(of: path, readers: readers)
            } catch {
                throw CommandError(.failed, error.description)
            }
        }

        func append(_ text: String) throws(CommandError) {
            do throws(HostError) {
                try text.utf8Span.span.bytes.withUnsafeBytes { bytes throws(HostError) in
                    try self.draft.append(bytes)
                }
            } catch {
                throw CommandError(.failed, error.description)
            }
        }

        func publish() throws(CommandError) {
            do {
                try self.draft.publish(.replaced)
            } catch {
                throw CommandError(.failed, error.description)
            }
        }
    }
}
