import ArgumentParser
import Foundation
import Host
import Inspection
import WorkerShell

extension ModelCommand {
    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look at a foreign model: what would happen to who loads it.",
            discussion: """
                FILE is a pickle (of joblib or torch too), a zip archive of them, a NumPy array, a \
                safetensors or ONNX file, or a bundle's directory. A child without files, network \
                or other processes walks it and reports; nothing is ever unpickled or run, there \
                or here. Exits with 0 when nothing was found, 1 with findings, 2 when the file \
                cannot be read.
                """)

        @OptionGroup var output: OutputOptions

        @Argument(help: ArgumentHelp("The file, or a bundle's directory.", valueName: "file"))
        var file: String

        func run() async throws {
            var files: [AuditReport.File] = []
            for path in try ForeignFile.paths(self.file) {
                let memory = try ForeignFile.sealed(path)
                do {
                    let answer = try await InspectorProcess.inspect(memory)
                    files.append(AuditReport.File(answer, path: path))
                } catch {
                    throw CommandError(.failed, "\(path): \(LogText.escaped("\(error)"))")
                }
            }
            let report = AuditReport(files)
            try self.output.print(report) { report.text($0.resultStyle) }
            switch report.verdict {
            case "harmless": break
            case "findings": throw CommandError(.failed, "\(self.file) should not be loaded")
            default: throw CommandError(.usage, "\(self.file) cannot be read")
            }
        }
    }
}

/// What `model audit --json` prints.
struct AuditReport: Encodable, Equatable {
    /// `harmless`, `findings` or `unreadable`: the worst of the files'.
    let verdict: String
    let files: [File]

    struct File: Encodable, Equatable {
        let path: String
        let verdict: String
        /// What it is: `pickle`, `zip`, `numpy`, `safetensors`, `onnx`, `manifest`, `compressed`.
        let formats: [String]
        let facts: [Fact]
        let findings: [Finding]
        let findingsOmitted: Int
        /// Why it cannot be read to its end.
        let fault: String?
        /// What the kernel could not enforce around the child that looked at it.
        let missingProtections: [String]
    }

    struct Fact: Encodable, Equatable {
        let name: String
        let value: String
    }

    struct Finding: Encodable, Equatable {
        /// `danger` or `suspicion`.
        let severity: String
        /// The file in an archive; absent for the whole.
        let place: String?
        let sentence: String
    }

    init(_ files: [File]) {
        let order = ["findings", "unreadable", "harmless"]
        self.verdict = order.first { word in files.contains { $0.verdict == word } } ?? order[1]
        self.files = files
    }

    func text(_ style: Style) -> String { self.files.map { $0.text(style) }.joined() }
}

extension AuditReport.File {
    /// Every text is made harmless here: it may come from the file.
    init(_ answer: InspectorProcess.Answer, path: String) {
        let report = answer.report
        self.path = path
        self.verdict =
            switch report.verdict {
            case .harmless: "harmless"
            case .findings: "findings"
            case .unreadable: "unreadable"
            }
        self.formats = report.formats.map(\.rawValue)
        self.facts = report.facts.map {
            AuditReport.Fact(name: LogText.escaped($0.name), value: LogText.escaped($0.value))
        }
        self.findings = report.findings.map { finding in
            AuditReport.Finding(
                severity: finding.severity.rawValue,
                place: finding.place.isEmpty ? nil : LogText.escaped(finding.place),
                sentence: LogText.escaped(finding.sentence))
        }
        self.findingsOmitted = report.findingsOmitted
        self.fault = report.fault.map(LogText.escaped)
        self.missingProtections = answer.missingProtections
    }

    func text(_ style: Style) -> String {
        let formats =
            self.formats.isEmpty ? "no known format" : self.formats.joined(separator: ", ")
        let verdict =
            self.verdict == "harmless" ? style.good(self.verdict) : style.bad(self.verdict)
        var text = "\(style.strong(self.path)): \(verdict) (\(formats))\n"
        for finding in self.findings {
            let place = finding.place.map { "\($0): " } ?? ""
            text += "  \(style.bad(finding.severity)): \(place)\(finding.sentence)\n"
        }
        if self.findingsOmitted > 0 { text += "  and \(self.findingsOmitted) more findings\n" }
        if let fault = self.fault { text += "  \(fault)\n" }
        for fact in self.facts { text += "  \(style.faint(fact.name)): \(fact.value)\n" }
        if !self.missingProtections.isEmpty {
            text += "  this kernel lacks: \(self.missingProtections.joined(separator: ", "))\n"
        }
        return text
    }
}

/// Files that nobody vouches for, on their way to who looks at them.
enum ForeignFile {
    /// Files of a directory that are looked at: a bundle has three.
    static let filesMax = 64

    /// The file, or the regular files of a directory.
    static func paths(_ path: String) throws(InputError) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw InputError(path, "there is no such file")
        }
        guard isDirectory.boolValue else { return [path] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw InputError(path, "the directory cannot be read")
        }
        // What vouches for a bundle is for assay verify to judge.
        let files = names.filter { $0 != "model.sig" && $0 != "SHA256SUMS" }
        guard !files.isEmpty, files.count <= Self.filesMax else {
            throw InputError(path, "is a directory of no files, or of more than \(Self.filesMax)")
        }
        return files.map { "\(path)/\($0)" }
    }

    /// The file's bytes, in memory that nobody can change.
    static func sealed(_ path: String) throws(InputError) -> SealedMemory {
        let bytes = try InputFile.read(path, upTo: InspectionLimits.fileBytesMax, what: "model")
        do {
            var draft = try SealedMemory.Draft(named: "assay-foreign-model")
            try draft.append(bytes)
            return try draft.sealed()
        } catch {
            throw InputError(path, error.description)
        }
    }
}
