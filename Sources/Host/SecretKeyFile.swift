import CHost

/// A file of keys, one a line and the newest first: that one seals, and all of them open.
///
/// ```
/// # Whoever has this file reads what was sealed.
/// assay-key-1 5e0c1f7a9b3d2648 41a9…        the key's name, then its 32 bytes
/// ```
///
/// No key passes through a string: what holds one in between is wiped.
package enum SecretKeyFile {
    /// Keys in one file: one of today, and some from before.
    package static let keysMax = 64

    private static let label = Array("assay-key-1 ".utf8)
    private static let heading = """
        # Keys of Assay, the newest first: it seals, and each of them opens. Keep a copy elsewhere,
        # apart from what they seal: without it that is lost, and with it everybody reads it.

        """

    // MARK: Reading

    /// The keys of a file that nobody else can read, or nil when there is no such file.
    ///
    /// - Throws: `HostError` naming file and line, and never what stands there.
    package static func read(
        _ path: String, environment: Environment = .process
    ) throws(HostError) -> [SecretKey]? {
        var text: [UInt8]
        do throws(HostError) {
            text = try SecretFile.read(path, environment: environment).revealed
        } catch {
            if error.code == .missing { return nil }
            throw error
        }
        defer { Self.wipe(&text) }
        var keys: [SecretKey] = []
        for (index, line) in text.split(separator: 10, omittingEmptySubsequences: false)
            .enumerated()
        {
            guard let first = line.first, first != 35 else { continue }  // '#'
            guard let key = Self.key(line), !keys.contains(where: { $0.id == key.id }) else {
                throw HostError(
                    .malformed,
                    """
                    \(path):\(index + 1): is no key, or one that stands there twice; make such a \
                    file by assay-certs blob-key FILE
                    """)
            }
            keys.append(key)
        }
        guard (1...Self.keysMax).contains(keys.count) else {
            throw HostError(
                .malformed,
                "\(path) must hold 1 to \(Self.keysMax) keys; make it by assay-certs blob-key FILE")
        }
        return keys
    }

    /// Nil when the line is none of ours.
    private static func key(_ line: ArraySlice<UInt8>) -> SecretKey? {
        guard line.starts(with: Self.label) else { return nil }
        let words = line.dropFirst(Self.label.count).split(separator: 32)
        guard words.count == 2, let id = Self.number(words[0]), words[1].count == 64 else {
            return nil
        }
        let digits = words[1]
        struct NoKey: Error {}
        let memory = try? SecretMemory(byteCount: SecretKey.byteCount) { bytes in
            for index in 0..<bytes.count {
                let place = digits.startIndex + 2 * index
                guard let high = Self.value(digits[place]), let low = Self.value(digits[place + 1])
                else { throw NoKey() }
                bytes[index] = high << 4 | low
            }
        }
        // A digit that was mistyped makes another key, whose name would be another.
        return memory.map(SecretKey.init).flatMap { $0.id.rawValue == id ? $0 : nil }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard digits.count == 16 else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard let value = Self.value(digit) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: nil
        }
    }

    // MARK: Making

    /// Makes a file with one new key, and never over another.
    package static func make(at path: String) throws -> SecretKey.ID {
        try Self.write(before: Array(Self.heading.utf8), [], to: path, existing: .refused)
    }

    /// Puts a new key before those that the file has.
    package static func rotate(at path: String) throws -> SecretKey.ID {
        guard let known = try Self.read(path) else {
            throw HostError(.missing, "there is no \(path); make it without --rotate")
        }
        guard known.count < Self.keysMax else {
            throw HostError(
                .malformed, "\(path) holds \(known.count) keys; remove those that seal nothing")
        }
        var text = try SecretFile.read(path).revealed
        defer { Self.wipe(&text) }
        // What is said at the top of the file stays there.
        let lines = text.split(separator: 10, omittingEmptySubsequences: false)
        let top = lines.prefix { $0.first == 35 }.reduce(0) { $0 + $1.count + 1 }
        return try Self.write(
            before: Array(text.prefix(top)), Array(text.dropFirst(top)), to: path,
            existing: .replaced)
    }

    private static func write(
        before: [UInt8], _ rest: [UInt8], to path: String, existing: AtomicFile.Existing
    ) throws -> SecretKey.ID {
        let key = try SecretKey.random()
        var text = before
        var rest = rest
        // All at once, or a growing array would leave copies of itself behind.
        text.reserveCapacity(before.count + rest.count + 128)
        text += Self.label
        text += "\(key.id) ".utf8
        key.memory.withBytes { bytes in
            for byte in bytes {
                for digit in [byte >> 4, byte & 15] { text.append(digit + (digit < 10 ? 48 : 87)) }
            }
        }
        text.append(10)
        text += rest
        defer {
            Self.wipe(&text)
            Self.wipe(&rest)
        }
        try AtomicFile.write(text, to: path, readers: .owner, existing: existing)
        return key.id
    }

    private static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { assay_wipe(start, bytes.count) }
        }
    }
}
