/// Names of files and of other things outside a message.
extension Checked {
    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Whether it is one byte that `first` allows, and then letters of ASCII, digits and
    /// underscores.
    static func isWord(_ text: String, first: (UInt8) -> Bool) -> Bool {
        guard let byte = text.utf8.first, first(byte) else { return false }
        return text.utf8.dropFirst().allSatisfy {
            Self.isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    /// A name that becomes a file's in a directory of ours or of the user's choice.
    static func fileName(_ text: String, _ field: String) throws(WireError) -> String {
        let name = try Self.text(text, field)
        guard name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }),
            name != ".", name != ".."
        else { throw WireError(field, "is not the plain name of a file") }
        return name
    }

    /// Names with `/` between them, none of which leads up.
    ///
    /// It is taken apart by its bytes, as the kernel does: to Swift a slash with an accent upon it
    /// is a character of its own.
    static func relativePath(_ text: String, _ field: String) throws(WireError) -> String {
        let path = try Self.text(text, field)
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= Limits.pathDepthMax else {
            throw WireError(field, "has more than \(Limits.pathDepthMax) parts")
        }
        for part in parts {
            guard !part.isEmpty, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8),
                !part.contains(UInt8(ascii: "\\"))
            else { throw WireError(field, "is not a relative path without detours") }
        }
        return path
    }

    static func distinct(_ items: [some Hashable], _ field: String) throws(WireError) {
        guard Set(items).count == items.count else { throw WireError(field, "names one twice") }
    }

    /// Relative paths, each once, that fit in one directory: no file lies where another has a
    /// directory.
    static func tree(_ paths: [String], _ field: String) throws(WireError) {
        try Self.distinct(paths, field)
        let files = Set(paths)
        for path in paths {
            for slash in path.utf8.indices where path.utf8[slash] == UInt8(ascii: "/") {
                guard !files.contains(String(path[..<slash])) else {
                    throw WireError(field, "has a file where another has its directory")
                }
            }
        }
    }

    static func holder(_ text: String, _ field: String) throws(WireError) -> Holder {
        do throws(IdentityError) {
            return try Holder(text: text)
        } catch {
            throw WireError(field, "is not ROLE/NAME")
        }
    }
}
