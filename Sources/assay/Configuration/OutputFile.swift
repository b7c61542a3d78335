import Host

/// Writes files that people asked for, whole or not at all, in the place of older ones; what is no
/// file, such as a pipe or a device, is written to as it is.
enum OutputFile {
    static func write(
        _ bytes: [UInt8], to path: String, readers: AtomicFile.Readers
    ) throws(CommandError) {
        let draft = try Draft(of: path, readers: readers)
        try draft.append(bytes.span.bytes)
        try draft.publish()
    }

    /// - Throws: where nothing can be written there, whatever it will be.
    static func check(_ path: String) throws(CommandError) {
        do {
            try OutputPlace.check(path)
        } catch {
            throw CommandError(.usage, error.description)
        }
    }

    /// A file that is whole, and has its name, once it was published.
    struct Draft {
        private let place: OutputPlace

        init(of path: String, readers: AtomicFile.Readers) throws(CommandError) {
            do {
                self.place = try OutputPlace(path, readers: readers)
            } catch {
                throw CommandError(.failed, error.description)
            }
        }

        func append(_ text: String) throws(CommandError) {
            try self.append(text.utf8Span.span.bytes)
        }

        fileprivate func append(_ bytes: RawSpan) throws(CommandError) {
            do throws(HostError) {
                try bytes.withUnsafeBytes { bytes throws(HostError) in
                    try self.place.append(bytes)
                }
            } catch {
                throw CommandError(.failed, error.description)
            }
        }

        func publish() throws(CommandError) {
            do {
                try self.place.publish()
            } catch {
                throw CommandError(.failed, error.description)
            }
        }
    }
}
