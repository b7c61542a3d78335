import Transport

/// Settings of a daemon from its file, its environment and its flags, in rising order.
///
/// Each key `temp_dir` has the variable `ASSAY_TEMP_DIR` and the flag `--temp-dir`; whichever layer
/// a value comes from, an error names that layer's place.
struct Layers {
    private var file: StrictYAML.Mapping?
    private let environment: [String: String]

    init(file: StrictYAML.Mapping?, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// A value and the layer that it comes from.
    struct Setting<Value> {
        let value: Value
        let place: String

        func wrong(_ sentence: String) -> InputError { InputError(self.place, sentence) }
    }

    mutating func text(_ key: String, flag: String?) throws(InputError) -> Setting<String>? {
        // Asked for in every case, or the file's key would count as unknown under a flag.
        let inFile = self.file?.value(key)
        if let flag { return Setting(value: flag, place: Self.flag(key)) }
        let variable = "ASSAY_\(key.uppercased())"
        if let value = self.environment[variable] { return Setting(value: value, place: variable) }
        guard let inFile else { return nil }
        return Setting(value: try inFile.text(), place: "\(inFile.place): \(inFile.path)")
    }

    mutating func integer(
        _ key: String, flag: Int?, in range: ClosedRange<Int>
    ) throws(InputError) -> Int? {
        guard let setting = try self.text(key, flag: flag.map(String.init)) else { return nil }
        guard let number = Int(setting.value), range.contains(number) else {
            throw setting.wrong(
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, flag: String?, _ type: Choice.Type
    ) throws(InputError) -> Choice? where Choice.RawValue == String {
        try self.chosen(key, flag: flag, type)?.value
    }

    /// The same with its place, for whoever judges it further.
    mutating func chosen<Choice: RawRepresentable & CaseIterable>(
        _ key: String, flag: String?, _ type: Choice.Type
    ) throws(InputError) -> Setting<Choice>? where Choice.RawValue == String {
        guard let setting = try self.text(key, flag: flag) else { return nil }
        guard let choice = Choice(rawValue: setting.value) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw setting.wrong("must be one of \(words)")
        }
        return Setting(value: choice, place: setting.place)
    }

    private enum Word: String, CaseIterable { case on = "true", off = "false" }

    /// On when the flag is there, or another layer says `true`.
    mutating func `switch`(_ key: String, flag: Bool) throws(InputError) -> Bool {
        try self.choice(key, flag: flag ? "true" : nil, Word.self) == .on
    }

    mutating func duration(_ key: String, flag: String?) throws(InputError) -> Duration? {
        guard let setting = try self.text(key, flag: flag) else { return nil }
        guard let duration = Duration(text: setting.value) else {
            throw setting.wrong("must be a duration such as 500ms, 120s, 5m or 1h")
        }
        return duration
    }

    /// A byte count such as `512MiB` or `2GiB`.
    mutating func bytes(_ key: String, flag: String?) throws(InputError) -> UInt64? {
        guard let setting = try self.text(key, flag: flag) else { return nil }
        guard let bytes = UInt64(sizeText: setting.value) else {
            throw setting.wrong("must be a size such as 512MiB or 2GiB")
        }
        return bytes
    }

    /// A host and port such as `127.0.0.1:7443`, `head.example:7443` or `[::1]:7443`.
    mutating func address(
        _ key: String, flag: String?
    ) throws(InputError) -> Setting<HostAndPort>? {
        guard let setting = try self.text(key, flag: flag) else { return nil }
        do {
            return Setting(value: try HostAndPort(text: setting.value), place: setting.place)
        } catch {
            throw setting.wrong("must be HOST:PORT such as 127.0.0.1:7443 or [::1]:7443")
        }
    }

    /// - Throws: when the file holds a key that nobody asked for.
    func finish() throws(InputError) { try self.file?.finish() }

    private static func flag(_ key: String) -> String {
        "--" + key.split(separator: "_").joined(separator: "-")
    }
}

extension UInt64 {
    /// Reads a count of bytes such as `512MiB` or `2GiB`; nil for anything else.
    init?(sizeText text: String) {
        let units: [(suffix: String, factor: UInt64)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let count = UInt64(text.dropLast(3)), count > 0, count < 1 << 20
        else { return nil }
        self = count * unit.factor
    }
}
