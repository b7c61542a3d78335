extension JSON {
    /// Reads the one value that `bytes` spell, strictly.
    ///
    /// - Throws: `badJSON` with the offset of what is wrong: also a name that an object holds
    ///   twice, a number too large for a double, text that is not UTF-8, what exceeds the limits.
    package init(decoding bytes: [UInt8]) throws(ArtifactError) {
        guard bytes.count <= Limits.bytesMax else {
            throw ArtifactError(
                .badJSON, "\(bytes.count) bytes of JSON; \(Limits.bytesMax) are the most")
        }
        if let offset = bytes.withUnsafeBufferPointer({ UTF8Text.firstFault(in: $0) }) {
            throw ArtifactError(.badJSON, "byte \(offset) of the JSON is not UTF-8")
        }
        var reader = JSONReader(bytes: bytes)
        self = try reader.document()
    }
}

/// Recursive descent over UTF-8 that was checked; the depth is bounded.
private struct JSONReader {
    let bytes: [UInt8]
    var at = 0
    private var values = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(ArtifactError) -> JSON {
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.at == self.bytes.count else { throw self.fault("something follows the value") }
        return value
    }

    private mutating func value(depth: Int) throws(ArtifactError) -> JSON {
        guard depth < JSON.Limits.depthMax else {
            throw self.fault("deeper than \(JSON.Limits.depthMax) levels")
        }
        self.values += 1
        guard self.values <= JSON.Limits.valuesMax else {
            throw self.fault("more than \(JSON.Limits.valuesMax) values")
        }
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(ArtifactError) -> JSON {
        self.at += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        self.skipSpace()
        if self.take("}") { return .object([]) }
        repeat {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw self.fault("a name is missing") }
            let name = try self.string()
            guard names.insert(name).inserted else { throw self.fault("a name stands twice") }
            self.skipSpace()
            guard self.take(":") else { throw self.fault("a colon is missing") }
            members.append(JSON.Member(name, try self.value(depth: depth + 1)))
            self.skipSpace()
        } while self.take(",")
        guard self.take("}") else { throw self.fault("an object does not end") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(ArtifactError) -> JSON {
        self.at += 1
        var items: [JSON] = []
        self.skipSpace()
        if self.take("]") { return .array([]) }
        repeat {
            items.append(try self.value(depth: depth + 1))
            self.skipSpace()
        } while self.take(",")
        guard self.take("]") else { throw self.fault("an array does not end") }
        return .array(items)
    }

    private mutating func string() throws(ArtifactError) -> String {
        self.at += 1
        var text: [UInt8] = []
        while let byte = self.next {
            self.at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try self.escaped()
            case 0..<0x20: throw self.fault("a bare control character in a string")
            default: text.append(byte)
            }
        }
        throw self.fault("a string does not end")
    }

    private mutating func escaped() throws(ArtifactError) -> [UInt8] {
        guard let byte = self.next else { throw self.fault("a string does not end") }
        self.at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = try self.fourDigits()
            if (0xD800..<0xDC00).contains(code), self.take("\\"), self.take("u") {
                let low = try self.fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw self.fault("half a surrogate") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw self.fault("half a surrogate") }
            return Array(String(Character(scalar)).utf8)
        default: throw self.fault("an unknown escape")
        }
    }

    private mutating func fourDigits() throws(ArtifactError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.next, byte < 0x80,
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw self.fault("\\u without four digits") }
            code = code << 4 | UInt32(digit)
            self.at += 1
        }
        return code
    }

    private mutating func number() throws(ArtifactError) -> JSON {
        let start = self.at
        _ = self.take("-")
        if !self.take("0") {
            guard self.digits() > 0 else { throw self.fault("no value") }
        }
        var isWhole = true
        if self.take(".") {
            isWhole = false
            guard self.digits() > 0 else { throw self.fault("a fraction without digits") }
        }
        if self.take("e") || self.take("E") {
            isWhole = false
            if !self.take("+") { _ = self.take("-") }
            guard self.digits() > 0 else { throw self.fault("an exponent without digits") }
        }
        let text = String(decoding: self.bytes[start..<self.at], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw self.fault("a number too large")
        }
        return .number(number)
    }

    private mutating func digits() -> Int {
        let start = self.at
        while let byte = self.next, byte &- 0x30 <= 9 { self.at += 1 }
        return self.at - start
    }

    private mutating func word(_ word: String, _ value: JSON) throws(ArtifactError) -> JSON {
        guard self.bytes[self.at...].starts(with: word.utf8) else { throw self.fault("no value") }
        self.at += word.utf8.count
        return value
    }

    private var next: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
            self.at += 1
        }
    }

    private func fault(_ problem: String) -> ArtifactError {
        ArtifactError(.badJSON, "byte \(self.at) of the JSON: \(problem)")
    }
}
