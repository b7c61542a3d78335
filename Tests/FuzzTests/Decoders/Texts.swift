import Transport
import Wire

@testable import assay

/// What people write by hand.
extension Decoder {
    static let texts: [Decoder] = [
        Decoder("job-file", dictionary: Self.yamlWords, seeds: { Self.bytes(Self.jobFiles) }) {
            _ = try JobFile(Self.yaml($0), folder: "/data", fallbackName: "job")
        },
        Decoder(
            "schema-file", dictionary: Self.yamlWords,
            seeds: {
                Self.bytes([
                    """
                    columns:
                      - { name: age, kind: numeric, min: 0, max: 120, missing: refused }
                      - { name: colour, kind: categorical, categories: [red, blue] }
                      - { name: notes, kind: ignored }
                    rules:
                      - { name: grown, require: "age >= 18 or colour == 'red'", on_violation: drop }
                      - { name: key, unique: [age, colour] }
                    """
                ])
            }
        ) {
            _ = try SchemaFile.schema(Self.yaml($0))
        },
        Decoder(
            "head-settings", dictionary: Self.yamlWords,
            seeds: {
                Self.bytes([
                    "certs: /c\nlisten: 127.0.0.1:7443\nprobe: '[::1]:7480'\nlog_level: info\n"
                ])
            }
        ) {
            var layers = Layers(file: try Self.yaml($0).root, environment: [:])
            let command = try HeadCommand.parse([])
            _ = try command.daemon.settings(&layers)
            _ = try command.ports.settings(&layers)
            try layers.finish()
        },
        Decoder(
            "worker-settings", dictionary: Self.yamlWords,
            seeds: {
                Self.bytes([
                    "certs: /c\nhead: h.example:7443\nslots: 2\ndata_cache: 2GiB\nretain: true\n"
                ])
            }
        ) {
            var layers = Layers(file: try Self.yaml($0).root, environment: [:])
            let command = try WorkerCommand.parse([])
            let common = try command.daemon.settings(&layers)
            _ = try command.settings(&layers, common)
            try layers.finish()
        },
        Decoder(
            "names",
            seeds: {
                Self.bytes([
                    "spiffe://north/worker/w1", "worker/w1", "j17", "0c3f", "[::1]:7443", "1.5h",
                    "sha256:\(String(repeating: "0a", count: 32))",
                ])
            }
        ) {
            try Self.readName(Self.text($0))
        },
    ]

    private static func yaml(_ bytes: [UInt8]) throws -> StrictYAML {
        try StrictYAML(text: Self.text(bytes), file: "file.yaml")
    }

    /// A text that is one of the short ones that travel everywhere: each is said back as it was.
    private static func readName(_ text: String) throws {
        var said: [String] = []
        if let identity = try? Identity(uri: text) { said.append(identity.uri) }
        if let holder = try? Holder(text: text) { said.append(holder.description) }
        if let job = JobID(text: text) { said.append(job.description) }
        if let digest = Digest(text: text) { said.append(digest.description) }
        var isKnown = !said.isEmpty
        for word in said { try Self.demand(word == text, "a name is said back otherwise") }
        if let serial = try? SerialNumber(text: text) {
            isKnown = true
            try Self.demand(
                try SerialNumber(text: serial.description) == serial,
                "a serial number reads back otherwise")
        }
        if let place = try? HostAndPort(text: text) {
            isKnown = true
            try Self.demand(
                try HostAndPort(text: place.description) == place, "a place reads back otherwise")
        }
        if !isKnown, Duration(text: text) == nil { throw NoCase() }
    }

    private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    private static let jobFiles = [
        """
        name: wine
        seed: 7
        priority: 90
        task: classification
        data: { train: w.csv, target: q, schema: s.yaml }
        metric: [roc_auc, accuracy]
        cv: 3
        model_list: [logistic_regression]
        budget: { trials: 60, time: 120s }
        output: w.model
        """,
        "task: idle\ntrials: 20000\nduration: 20ms\n",
    ]

    private static let yamlWords = #"""
        "task: "
        "data: { "
        "budget: { trials: 1 }"
        "metric: ["
        "? - "
        "- - "
        "!!binary "
        "!!set"
        "%YAML 1.2\x0a---\x0a"
        "&a "
        "*a"
        "<<: "
        "|\x0a "
        ">-\x0a "
        "\x0a---\x0a"
        "\"\\x00\""
        "0x1F"
        "1e999"
        "~"
        """#
}
