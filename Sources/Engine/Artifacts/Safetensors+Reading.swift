extension Safetensors {
    /// Reads a whole file, strictly: tensors must cover the data without gap or overlap.
    ///
    /// - Throws: `ArtifactError` with code `badTensorFile` or `badJSON`. No allocation exceeds the
    ///   size of `bytes` by more than a small factor, whatever they say.
    package static func decode(_ bytes: [UInt8]) throws(ArtifactError) -> Content {
        let (header, dataStart) = try Self.header(bytes)
        var metadata: [Entry] = []
        var claims: [Claim] = []
        for member in try header.members("the header") {
            if member.name == Self.metadataName {
                let entries = try member.value.members("the metadata")
                guard entries.count <= Self.metadataMax else {
                    throw Self.fault("its metadata has more than \(Self.metadataMax) texts")
                }
                for entry in entries {
                    metadata.append(Entry(entry.name, try entry.value.text("a metadata entry")))
                }
            } else {
                claims.append(try Claim(member))
            }
            guard claims.count <= Self.tensorsMax else {
                throw Self.fault("it holds more than \(Self.tensorsMax) tensors")
            }
        }
        claims.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
        var expected = 0
        for claim in claims {
            guard claim.start == expected else {
                throw Self.fault("tensor \(claim.name) does not begin where the one before ends")
            }
            expected = claim.end
        }
        guard expected == bytes.count - dataStart else {
            throw Self.fault("the tensors do not end where the file does")
        }
        var tensors: [Tensor] = []
        for claim in claims {
            let data = bytes[(dataStart + claim.start)..<(dataStart + claim.end)]
            guard let values = Tensor.Values(dtype: claim.dtype, bytes: data) else {
                throw Self.fault("tensor \(claim.name) is of a type that no model of ours has")
            }
            tensors.append(Tensor(name: claim.name, shape: claim.shape, values: values))
        }
        return Content(tensors: tensors, metadata: metadata.sorted { $0.name < $1.name })
    }

    /// The header, and where the data begins.
    private static func header(_ bytes: [UInt8]) throws(ArtifactError) -> (JSON, Int) {
        guard bytes.count >= 8 else { throw self.fault("it is shorter than 8 bytes") }
        var length: UInt64 = 0
        for index in 0..<8 { length |= UInt64(bytes[index]) << UInt64(8 * index) }
        guard length <= UInt64(self.headerBytesMax), length <= UInt64(bytes.count - 8) else {
            throw self.fault("its header is longer than the file or the bound")
        }
        let end = 8 + Int(length)
        guard length >= 2, bytes[8] == UInt8(ascii: "{") else {
            throw self.fault("its header does not begin with a brace")
        }
        return (try JSON(decoding: Array(bytes[8..<end])), end)
    }

    /// What the header says of one tensor, each number checked, none of them against the data yet.
    private struct Claim {
        let name: String
        let dtype: String
        let shape: [Int]
        let start: Int
        let end: Int

        init(_ member: JSON.Member) throws(ArtifactError) {
            guard isPlain(member.name) else {
                throw fault("the name of a tensor is too long, or not of printable ASCII")
            }
            self.name = member.name
            self.dtype = try member.value.member("dtype").text("dtype")
            let width: Int
            switch self.dtype {
            case "F64": width = 8
            case "F32", "I32": width = 4
            case "U8": width = 1
            default:
                throw fault("tensor \(member.name) is of a type that no model of ours has")
            }
            let axes = try member.value.member("shape").items("shape")
            guard axes.count <= rankMax else {
                throw fault("tensor \(member.name) has more than \(rankMax) axes")
            }
            var shape: [Int] = []
            var size = width
            for axis in axes {
                let extent = try axis.count("an extent of the shape")
                let (product, overflow) = size.multipliedReportingOverflow(by: extent)
                guard !overflow else { throw fault("tensor \(member.name) is too large") }
                size = product
                shape.append(extent)
            }
            self.shape = shape
            let offsets = try member.value.member("data_offsets").items("data_offsets")
            guard offsets.count == 2 else {
                throw fault("tensor \(member.name) has not two offsets")
            }
            self.start = try offsets[0].count("an offset")
            self.end = try offsets[1].count("an offset")
            guard self.start <= self.end, self.end - self.start == size else {
                throw fault("tensor \(member.name) does not have the size of its shape")
            }
        }
    }

    /// Names stand in messages, in one line.
    private static func isPlain(_ name: String) -> Bool {
        (1...self.nameBytesMax).contains(name.utf8.count)
            && name.utf8.allSatisfy { (32..<127).contains($0) }
    }

    private static func fault(_ problem: String) -> ArtifactError {
        ArtifactError(.badTensorFile, "no safetensors file of ours: \(problem)")
    }
}
