import Testing

/// Nothing private is written: where a value may leave its `Private`, and what a log line may say.
@Suite struct PrivacyTests {
    static let shipped = ["Sources", "certs-tools"]
    /// A tool without a terminal's finesse: what its verbs print is their result.
    static let mayPrint = "certs-tools/assay-certs/"

    /// The files that may open a private value, and why each has to.
    static let mayReveal: [String: String] = [
        "Sources/Privacy/Private.swift": "it is the door",
        "Sources/Host/SecretFile.swift": "secrets go to files of mode 0600",
        "Sources/Engine/Tables/FieldScanner.swift": "a field in quotes becomes plain text",
        "Sources/Engine/Tables/CSVReader.swift": "the names of the header are checked",
        "Sources/Engine/Tables/CSVReader+Frame.swift": "levels are numbered by their bytes",
        "Sources/Engine/Tables/CSVReader+Inference.swift": "a schema names the columns",
        "Sources/Engine/Tables/ColumnChoice.swift": "a schema names the columns that are ignored",
        "Sources/Engine/Tables/Categories+Times.swift": "texts of times are parsed",
        "Sources/Engine/Tables/NamedRows.swift": "values become cells of a table",
        "Sources/Engine/Tables/Blocks/TableSample.swift": "a schema is suggested by texts",
        "Sources/Engine/Tables/Blocks/CSVCells.swift": "what is drawn of a table is a table",
        "Sources/Coordinator/Shell/Serving/Prediction+Coding.swift":
            "whoever may predict gets the predictions",
        "Sources/Engine/Tables/Frame+Bytes.swift": "tables are told apart by their digests",
        "Sources/Host/SecretKeyFile.swift": "keys are parsed into memory of their own",
        "Sources/Engine/Artifacts/ModelBundle.swift": "a model knows its classes",
        "Sources/Engine/Artifacts/FittedForecasts+JSON.swift": "a model knows its series",
        "Sources/Engine/Preprocessing/EncodingPlan.swift": "texts become scores of their words",
        "Sources/Engine/Preprocessing/Text/TextScores+Fitting.swift": "texts are cut into words",
        "Sources/Engine/Screening/Drift.swift": "texts are compared by their length",
        "Sources/Engine/Screening/KindScreen.swift": "texts that look like numbers are told",
        "Sources/Engine/Preprocessing/Encoder+JSON.swift": "a model knows its levels",
        "Sources/Engine/Explanation/Influence.swift": "quantiles are counted",
        "Sources/Engine/Explanation/ClassJudgement.swift": "a long name is cut",
        "Sources/Engine/Explanation/Explanation+JSON.swift": "an explanation lies with its model",
        "Sources/assay/Reports/ClassFigures.swift": "a report shows classes",
        "Sources/assay/Reports/ExplanationSections.swift": "a report shows classes",
        "Sources/assay/Reports/InfluenceFigures.swift": "a report shows levels and quantiles",
        "Sources/assay/Reports/OutlookFigures.swift": "a report shows the series' end",
        "Sources/Engine/Export/ONNX/ONNXModel.swift": "a model knows its classes",
        "Sources/Engine/Export/ONNX/Encoder+ONNX.swift": "a model knows its levels",
        "Sources/Transport/Security/PEMText.swift": "a key is parsed",
        "Sources/Transport/Enrollment/FreshCredentials+Files.swift": "a key goes to key.pem",
        "Sources/Transport/Enrollment/Invitation.swift": "an invitation is packed and parsed",
        "Sources/assay/Commands/InviteCommand.swift": "whoever invites gets the invitation",
        "Sources/assay/Client/PredictedRows.swift": "whoever predicts gets the predictions",
        "Sources/assay/Client/ForecastAnswers.swift": "whoever forecasts gets the forecasts",
        "Sources/assay/Client/TableFile.swift": "whoever brings a table knows its columns",
        "Sources/assay/Columns/ColumnMap.swift": "the map of columns is parsed",
        "Sources/assay/Configuration/CommandPolicyFile.swift": "a policy is no secret",
        "certs-tools/CertificateAuthority/Signer.swift": "a key is parsed",
        "certs-tools/CertificateAuthority/CertificateDirectory.swift": "a key goes to its file",
    ]

    @Test func `a private value is revealed in files that have a reason, and in no others`() throws
    {
        var revealing: Set<String> = []
        for file in try SourceTree.here.swiftFiles(in: Self.shipped) {
            let opens = file.lines.indices.contains { file.lines[$0].contains(".revealed") }
            if opens || file.path == "Sources/Privacy/Private.swift" { revealing.insert(file.path) }
        }
        #expect(revealing == Set(Self.mayReveal.keys))
    }

    /// The one file that hands a message on: its callers give it constants.
    static let mayHandOn = "Sources/Coordinator/Shell/Links/WorkerGate.swift"

    @Test func `what a log says is a constant, and what varies is metadata`() throws {
        for file in try SourceTree.here.swiftFiles(in: Self.shipped)
        where file.path != Self.mayHandOn {
            for (line, message) in Self.messages(in: file) {
                let isConstant = message.hasPrefix("\"") && !message.contains("\\(")
                #expect(isConstant, "\(file):\(line): the message is \(message)")
            }
        }
    }

    @Test func `shipped code writes through loggers and terminals, never by print`() throws {
        let banned = ["print(", "debugPrint(", "dump(", "NSLog(", "fputs(", "puts("]
        for file in try SourceTree.here.swiftFiles(in: Self.shipped)
        where !file.path.hasPrefix("Sources/Privacy/") && !file.path.hasPrefix(Self.mayPrint) {
            for index in file.lines.indices {
                let code = file.code(index)
                // Not a method of ours, and not its declaration.
                let calls = banned.filter { word in
                    code.firstRange(of: word).map { range in
                        let before = code[..<range.lowerBound]
                        return !before.hasSuffix(".") && !before.hasSuffix("func ")
                            && before.last?.isLetter != true
                    } ?? false
                }
                #expect(calls.isEmpty, "\(file):\(index + 1): \(calls) writes past the log")
            }
        }
    }

    /// What is handed to a logger first, and in which line.
    private static func messages(in file: SourceTree.File) -> [(line: Int, message: String)] {
        let call =
            #/
            (?:^|[^A-Za-z])(?:log|logger)\.
            (?:trace|debug|info|notice|warning|error|critical|sensitiveInfo|log)
            \((.*)$
            /#
        var messages: [(line: Int, message: String)] = []
        for index in file.lines.indices {
            guard let match = file.lines[index].firstMatch(of: call) else { continue }
            let isBroken = match.output.1.isEmpty && index + 1 < file.lines.count
            let words = isBroken ? file.lines[index + 1].drop { $0 == " " } : match.output.1
            let rest = words.hasPrefix("level: ") ? words.drop { $0 != "\"" } : words
            // Up to the end of the literal: metadata on the same line may vary.
            let literal =
                rest.hasPrefix("\"")
                ? "\"" + rest.dropFirst().prefix { $0 != "\"" } + "\"" : String(rest)
            messages.append((index + 1, literal))
        }
        return messages
    }
}
