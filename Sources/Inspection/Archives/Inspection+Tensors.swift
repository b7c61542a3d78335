import Engine

extension Inspection {
    /// Looks at a safetensors file of anybody's: what our own reader asks of ours, with the types
    /// of the whole format.
    ///
    /// A gap between tensors, or bytes behind them, can hold another file.
    mutating func walkTensors(_ bytes: UnsafeRawBufferPointer, called name: String) {
        self.report.recognise(.safetensors)
        let end = 8 + Int(bytes.loadUnaligned(as: UInt64.self).littleEndian)
        do throws(ArtifactError) {
            let header = try JSON(decoding: Array(bytes[8..<end]))
            var ranges: [(start: Int, end: Int)] = []
            var types: Set<String> = []
            for member in try header.members("the header") where member.name != "__metadata__" {
                ranges.append(
                    try self.range(of: member, within: bytes.count - end, called: name, &types))
            }
            self.report.note("tensors", "\(ranges.count)")
            self.report.note("types", types.sorted().joined(separator: " "))
            if let metadata = try header.optionalMember("__metadata__") {
                for entry in try metadata.members("the metadata") {
                    self.report.note("metadata \(entry.name)", try entry.value.text("metadata"))
                }
            }
            ranges.sort { ($0.start, $0.end) < ($1.start, $1.end) }
            var expected = 0
            for range in ranges {
                if range.start < expected {
                    self.report.find(.suspicion, in: name, "tensors overlap")
                } else if range.start > expected {
                    self.report.find(.suspicion, in: name, "a gap between tensors can hide bytes")
                }
                expected = max(expected, range.end)
            }
            if bytes.count - end > expected {
                self.report.find(.suspicion, in: name, "bytes follow the last tensor")
            }
        } catch {
            self.report.breakOff("the safetensors file cannot be read: \(error.description)")
        }
    }

    private mutating func range(
        of member: JSON.Member, within bytesMax: Int, called name: String,
        _ types: inout Set<String>
    ) throws(ArtifactError) -> (start: Int, end: Int) {
        let type = try member.value.member("dtype").text("dtype")
        let offsets = try member.value.member("data_offsets").items("data_offsets")
        guard offsets.count == 2 else {
            throw ArtifactError(.badTensorFile, "a tensor has not two offsets")
        }
        let (start, end) = (try offsets[0].count("an offset"), try offsets[1].count("an offset"))
        guard start <= end else {
            throw ArtifactError(.badTensorFile, "a tensor ends before it begins")
        }
        guard end <= bytesMax else {
            throw ArtifactError(.badTensorFile, "a tensor ends beyond the file")
        }
        guard let bits = Self.bits[type] else {
            self.report.find(
                .suspicion, in: name, "tensor \(member.name) is of the unknown type \(type)")
            return (start, end)
        }
        types.insert(type)
        var size = bits
        for axis in try member.value.member("shape").items("shape") {
            let (product, overflow) = size.multipliedReportingOverflow(
                by: try axis.count("an extent"))
            guard !overflow else {
                throw ArtifactError(.badTensorFile, "a tensor is too large")
            }
            size = product
        }
        // Both are below 2⁶³, so that eight times the difference may not fit.
        if size % 8 != 0 || end - start != size / 8 {
            self.report.find(
                .suspicion, in: name, "tensor \(member.name) does not have the size of its shape")
        }
        return (start, end)
    }

    /// Of one element, by the format's documentation.
    private static let bits = [
        "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4,
        "F6_E2M3": 6, "F6_E3M2": 6,
        "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
        "F64": 64, "I64": 64, "U64": 64, "C64": 64,
    ]

    /// Looks at the manifest of one of our bundles.
    mutating func walkManifest(_ bytes: UnsafeRawBufferPointer, called name: String) {
        do throws(ArtifactError) {
            guard bytes.count <= JSON.Limits.bytesMax else { return }
            let json = try JSON(decoding: Array(bytes))
            guard try json.member("format").text("format") == ModelBundle.formatName else { return }
            self.report.recognise(.manifest)
            for key in ["task", "target"] {
                self.report.note(key, try json.member(key).text(key))
            }
            var families: [String] = []
            for member in try json.member("members").items("the members") {
                families.append(try member.member("family").text("family"))
            }
            self.report.note("families", families.joined(separator: ", "))
            self.report.note("version", "\(try json.member("version").count("version"))")
        } catch {
            if self.report.formats.contains(.manifest) {
                self.report.breakOff("the manifest cannot be read: \(error.description)")
            }
        }
    }
}

extension Safetensors {
    /// Whether the bytes begin as such a file does: a length that fits, and a brace.
    static func mayBe(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 9, bytes[8] == UInt8(ascii: "{") else { return false }
        let length = bytes.loadUnaligned(as: UInt64.self).littleEndian
        return length >= 2 && length <= UInt64(self.headerBytesMax)
            && length <= UInt64(bytes.count - 8)
    }
}
