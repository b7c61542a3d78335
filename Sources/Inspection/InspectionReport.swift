/// What a foreign model file is, what it holds, and what is wrong with it.
///
/// Texts may come from the file: whoever shows them makes them harmless first. They are cut and
/// counted here, so that a report stays small however large the file.
package struct InspectionReport: Equatable, Sendable {
    /// What the file is, in the order in which it was recognised; empty when it is nothing known.
    package private(set) var formats: [Format] = []
    package private(set) var facts: [Fact] = []
    package private(set) var findings: [Finding] = []
    /// Findings beyond the bound.
    package private(set) var findingsOmitted = 0
    /// Why the file cannot be read to its end; nil when it was.
    package private(set) var fault: String?

    package enum Format: String, CaseIterable, Equatable, Sendable {
        case pickle, zip, numpy, safetensors, onnx, manifest, compressed
    }

    /// Something to know, such as an operator set's version.
    package struct Fact: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    /// Something to worry about.
    package struct Finding: Equatable, Sendable {
        package let severity: Severity
        /// The file in an archive, or the part of the model; empty for the whole.
        package let place: String
        package let sentence: String
    }

    package enum Severity: String, CaseIterable, Equatable, Sendable {
        /// Loading the file would do it.
        case danger
        /// It may be harmless, and cannot be told to be.
        case suspicion
    }

    package enum Verdict: Equatable, Sendable {
        case harmless, findings, unreadable
    }

    package var verdict: Verdict {
        if !self.findings.isEmpty { return .findings }
        return self.fault != nil || self.formats.isEmpty ? .unreadable : .harmless
    }

    // MARK: Writing

    mutating func recognise(_ format: Format) {
        if !self.formats.contains(format) { self.formats.append(format) }
    }

    mutating func note(_ name: String, _ value: String) {
        guard self.facts.count < InspectionLimits.factsMax else { return }
        self.facts.append(Fact(name: Self.cut(name), value: Self.cut(value)))
    }

    /// Says it once, however often it is found.
    mutating func find(_ severity: Severity, in place: String = "", _ sentence: String) {
        let finding = Finding(
            severity: severity, place: Self.cut(place), sentence: Self.cut(sentence))
        guard !self.findings.contains(finding) else { return }
        guard self.findings.count < InspectionLimits.findingsMax else {
            self.findingsOmitted += 1
            return
        }
        self.findings.append(finding)
    }

    mutating func omit(_ count: Int) { self.findingsOmitted = count }

    mutating func breakOff(_ sentence: String) {
        if self.fault == nil { self.fault = Self.cut(sentence) }
    }

    static func cut(_ text: String) -> String {
        guard text.utf8.count > InspectionLimits.textBytesMax else { return text }
        var short = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= InspectionLimits.textBytesMax - 3 else { break }
            short.append(scalar)
        }
        return String(short) + "…"
    }

    init() {}
}

/// The bounds on what is walked and told.
package enum InspectionLimits {
    /// A file, in bytes: it lies in memory while it is looked at.
    package static let fileBytesMax = 4 << 30
    /// A report as it leaves the process that made it, in bytes: all findings and facts, every
    /// byte of their texts spelt out in six.
    package static let reportBytesMax = 4 << 20
    package static let findingsMax = 256
    package static let factsMax = 256
    /// One text of a report, in bytes.
    package static let textBytesMax = 512
    /// Opcodes of all pickles of a file: a minute's walk. A model of a million objects has fewer.
    static let opcodesMax = 50_000_000
    /// What a pickle may hold on its stack and in its memo at once.
    static let pickleValuesMax = 1_000_000
    /// A text that a pickle may import by, in bytes; longer ones are no names.
    static let pickleNameBytesMax = 512
    /// Pickles one after the other, or within each other.
    static let picklesMax = 4096
    /// Files of an archive.
    static let entriesMax = 65_536
    /// What compressed parts may come to altogether, in bytes; beyond it lies a bomb.
    static let inflatedBytesMax = 512 << 20
    /// Archives within each other.
    static let depthMax = 3
    /// Messages within each other in ONNX: graphs within attributes of nodes.
    static let messageDepthMax = 64
    /// Fields of all messages of an ONNX file.
    static let fieldsMax = 50_000_000
    /// Different operators, domains and the like that are kept by name.
    static let namesMax = 4096
}
