/// The texts of a command, and what each of them may be: for the decoders, and for whoever reads
/// them from a file and knows the line.
package enum CommandText: Sendable {
    case file, output, variable, parameter, argument, metric

    /// What is wrong with the text; nil when nothing is.
    package func problem(with text: String) -> String? {
        do throws(WireError) {
            try self.check(text, "text")
            return nil
        } catch {
            return error.problem
        }
    }

    /// How many of them a command has at most.
    package var countMax: Int {
        switch self {
        case .file: Limits.commandFilesMax
        case .output: Limits.blobsPerTrialMax
        case .variable: Limits.environmentMax
        case .parameter: Limits.parametersMax
        case .argument: Limits.argumentsMax
        case .metric: 1
        }
    }

    func check(_ text: String, _ field: String) throws(WireError) {
        switch self {
        case .file: _ = try Checked.relativePath(text, field)
        case .output: _ = try Checked.fileName(text, field)
        case .argument:
            _ = try Checked.optionalText(text, field, upTo: Limits.argumentBytesMax)
        case .metric: _ = try Checked.text(text, field)
        case .variable:
            let name = try Checked.text(text, field)
            guard Checked.isWord(name, first: { $0 == UInt8(ascii: "_") || Checked.isLetter($0) })
            else { throw WireError(field, "is not a name of letters, digits and underscores") }
            guard !Self.isReserved(name) else {
                throw WireError(field, "is set by the sandbox itself")
            }
        case .parameter:
            let name = try Checked.text(text, field)
            guard Checked.isWord(name, first: Checked.isLetter) else {
                throw WireError(field, "is not a letter, then letters, digits and underscores")
            }
        }
    }

    /// Whether a variable is the sandbox's to set: what says where things are, what the dynamic
    /// linker obeys, and our own.
    package static func isReserved(_ name: String) -> Bool {
        ["HOME", "PATH", "PWD", "TMPDIR", "TMP", "TEMP"].contains(name)
            || name.hasPrefix("ASSAY_") || name.hasPrefix("LD_")
    }
}
