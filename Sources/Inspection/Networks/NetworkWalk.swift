/// Walks the messages of an ONNX file (onnx.proto, IR versions to 12) and gathers what a runtime
/// would do with them.
struct NetworkWalk {
    private(set) var operators: [String: Int] = [:]
    private(set) var domains: Set<String> = []
    private(set) var opsets: [String] = []
    private(set) var functions: Set<String> = []
    /// Whose operators the file brings itself, as functions of others.
    private(set) var functionDomains: Set<String> = []
    private(set) var externalFiles: Set<String> = []
    private(set) var metadata: [(name: String, value: String)] = []
    private(set) var producer = ""
    private(set) var irVersion: UInt64 = 0
    private(set) var initializers = 0
    private(set) var faults: Set<String> = []
    private var fields = 0

    /// Whether the bytes may be such a file: fields of a model, of their types, among them a graph.
    static func mayBe(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = MessageReader(bytes)
        var hasGraph = false
        // A file that was cut off is one still, if it begins with its version as all do.
        let hasVersion = bytes.first == 0x08
        while let field = try? reader.next() {
            switch (field.number, field.value) {
            case (7, .bytes): hasGraph = true
            case (1, .varint), (5, .varint), (2, .bytes), (3, .bytes), (4, .bytes), (6, .bytes),
                (8, .bytes), (14, .bytes),
                (20, .bytes), (25, .bytes), (26, .bytes):
                break
            default: return false
            }
        }
        return reader.cursor.isAtEnd ? hasGraph : hasVersion && reader.cursor.at > 0
    }

    mutating func model(_ bytes: UnsafeRawBufferPointer) throws(Broken) {
        try self.each(bytes, 0) { (walk, field, depth) throws(Broken) in
            switch field.number {
            case 1: walk.irVersion = field.varint ?? 0
            case 2: walk.producer = field.text ?? ""
            case 7: try walk.graph(field, depth)
            case 8: try walk.opset(field, depth)
            case 14:
                let (name, value) = try walk.pair(field, depth)
                if walk.metadata.count < 64 { walk.metadata.append((name, value)) }
            case 20: try walk.training(field, depth)
            case 25: try walk.function(field, depth)
            default: break
            }
        }
    }

    // MARK: Messages

    /// Hands out the fields of a message, counted and bounded.
    private mutating func each(
        _ bytes: UnsafeRawBufferPointer?, _ depth: Int,
        _ body: (inout Self, MessageReader.Field, Int) throws(Broken) -> Void
    ) throws(Broken) {
        guard let bytes else { throw Broken(0, "a message is expected, and is none") }
        guard depth < InspectionLimits.messageDepthMax else {
            throw Broken(0, "its graphs are nested too deep")
        }
        var reader = MessageReader(bytes)
        while let field = try reader.next() {
            self.fields += 1
            guard self.fields <= InspectionLimits.fieldsMax else {
                throw Broken(0, "it has more than \(InspectionLimits.fieldsMax) fields")
            }
            try body(&self, field, depth + 1)
        }
    }

    private mutating func graph(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            switch field.number {
            case 1: try walk.node(field, depth)
            case 5: try walk.tensor(field, depth)
            case 15: try walk.sparse(field, depth)
            default: break
            }
        }
    }

    private mutating func node(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        var name = ""
        var domain = ""
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            switch field.number {
            case 4: name = field.text ?? ""
            case 5: try walk.attribute(field, depth)
            case 7: domain = field.text ?? ""
            default: break
            }
        }
        self.keep(domain, in: \.domains)
        let word = InspectionReport.cut(domain.isEmpty ? name : "\(domain).\(name)")
        if self.operators[word] != nil || self.operators.count < InspectionLimits.namesMax {
            self.operators[word, default: 0] += 1
        }
    }

    private mutating func attribute(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            switch field.number {
            case 5, 10: try walk.tensor(field, depth)
            case 6, 11: try walk.graph(field, depth)
            case 22, 23: try walk.sparse(field, depth)
            default: break
            }
        }
    }

    private mutating func function(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        var name = ""
        var domain = ""
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            switch field.number {
            case 1: name = field.text ?? ""
            case 7: try walk.node(field, depth)
            case 9: try walk.opset(field, depth)
            case 10: domain = field.text ?? ""
            case 11: try walk.attribute(field, depth)
            default: break
            }
        }
        self.keep("\(domain).\(name)", in: \.functions)
        self.keep(domain, in: \.functionDomains)
    }

    private mutating func training(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        self.faults.insert("it brings graphs for training, which a runtime may run too")
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            if field.number == 1 || field.number == 2 { try walk.graph(field, depth) }
        }
    }

    private mutating func sparse(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            if field.number == 1 || field.number == 2 { try walk.tensor(field, depth) }
        }
    }

    private mutating func opset(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        var domain = ""
        var version: UInt64 = 0
        try self.each(field.bytes, depth) { (_, field, _) throws(Broken) in
            if field.number == 1 { domain = field.text ?? "" }
            if field.number == 2 { version = field.varint ?? 0 }
        }
        self.keep(domain, in: \.domains)
        if self.opsets.count < 64 {
            self.opsets.append("\(domain.isEmpty ? "ai.onnx" : domain) \(version)")
        }
    }

    private mutating func pair(
        _ field: MessageReader.Field, _ depth: Int
    ) throws(Broken) -> (name: String, value: String) {
        var pair = (name: "", value: "")
        try self.each(field.bytes, depth) { (_, field, _) throws(Broken) in
            if field.number == 1 { pair.name = field.text ?? "" }
            if field.number == 2 { pair.value = field.text ?? "" }
        }
        return pair
    }

    private mutating func keep(_ name: String, in names: WritableKeyPath<Self, Set<String>>) {
        guard self[keyPath: names].count < InspectionLimits.namesMax else { return }
        self[keyPath: names].insert(InspectionReport.cut(name))
    }

    // MARK: Tensors

    private mutating func tensor(_ field: MessageReader.Field, _ depth: Int) throws(Broken) {
        var elements: UInt64 = 1
        var isTooLarge = false
        var brought = 0
        var isExternal = false
        func multiply(_ extent: UInt64) {
            let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
            elements = product
            isTooLarge = isTooLarge || overflow
        }
        try self.each(field.bytes, depth) { (walk, field, depth) throws(Broken) in
            switch (field.number, field.value) {
            case (1, .varint(let extent)): multiply(extent)
            case (1, .bytes(let packed)):
                for extent in try Self.varints(packed) { multiply(extent) }
            case (4...7, .bytes(let bytes)), (9...11, .bytes(let bytes)): brought += bytes.count
            case (13, .bytes):
                isExternal = true
                let (name, value) = try walk.pair(field, depth)
                if name == "location" { walk.keep(value, in: \.externalFiles) }
            case (14, .varint(let place)): isExternal = isExternal || place == 1
            case (4...7, _), (10...11, _): brought += 1
            default: break
            }
        }
        self.initializers += 1
        // A bit is the smallest element that there is.
        if isTooLarge || !isExternal && elements / 8 > UInt64(brought) {
            self.faults.insert("a tensor claims many more elements than it brings")
        }
    }

    private static func varints(_ bytes: UnsafeRawBufferPointer) throws(Broken) -> [UInt64] {
        var values: [UInt64] = []
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            guard shift < 70, values.count < 64 else { throw Broken(0, "too many axes") }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte & 0x80 == 0 else { continue }
            values.append(value)
            (value, shift) = (0, 0)
        }
        return values
    }
}
