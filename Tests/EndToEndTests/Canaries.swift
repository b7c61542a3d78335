import Foundation
import LiveCluster

/// Private things that can be told from everything else, and tables full of them.
struct Canaries {
    private static let level = "cell-3f9a71"
    private static let label = "label-8c02de"
    private static let number = "731907.2571"
    private static let names = ["glucose-5d1b", "clinic-77ac", "verdict-e09f"]

    /// Cells: a text, a class and a number.
    let cells = [Self.level, Self.label, Self.number].map { Data($0.utf8) }
    /// Names of columns.
    let names = Self.names.map { Data($0.utf8) }

    func table(rows: Int) -> String {
        var noise = Tables.Noise(state: 11)
        var lines = [Self.names.joined(separator: ",")]
        for row in 0..<rows {
            let x = noise.unit()
            let number = row == rows / 3 ? Self.number : "\(x)"
            let level = row % 3 == 0 ? Self.level : "other"
            let isIll = x + (row % 3 == 0 ? 0.2 : -0.2) + noise.unit() / 2 > 0.7
            lines.append("\(number),\(level),\(isIll ? Self.label : "well")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func job(_ budget: String) -> String {
        """
        task: classification
        data: { train: patients.csv, target: \(Self.names[2]) }
        metric: [roc_auc, log_loss]
        budget: { \(budget) }
        seed: 3
        """
    }

    /// Tables that a client refuses, each with a canary where it is broken.
    var brokenTables: [(table: String, name: String)] {
        let header = Self.names.joined(separator: ",")
        return [
            ("\(header)\n1,\(Self.level)\n", "patients"),
            ("\(header)\n1,\"\(Self.level),x\n", "patients"),
            ("\(Self.level),\(Self.number)\n1,2\n", "patients"),
            ("\(header)\n1,\(Self.level),\n2,x,\(Self.label)\n", "patients"),
        ]
    }

    /// An error whose square is no number any more, which only a runner finds out.
    func failingJob(on cluster: Cluster) throws -> String {
        let judge = self.failingTable(rows: 20) + "1e200,0,\(Self.level)\n"
        _ = try cluster.write(judge, to: "judge.csv")
        return try cluster.write(
            job: self.failingJob, on: self.failingTable(rows: 40), named: "shares")
    }

    private var failingJob: String {
        """
        task: regression
        data: { train: shares.csv, validation: judge.csv, target: \(Self.names[0]) }
        metric: [rmse, mae]
        budget: { trials: 2 }
        model_list: [ridge]
        """
    }

    private func failingTable(rows: Int) -> String {
        let rows = (0..<rows).map { row in
            "\(row % 2 == 0 ? "0" : Self.number),\(row % 5),\(Self.level)\n"
        }
        return Self.names.joined(separator: ",") + "\n" + rows.joined()
    }

    /// A private key as its file has it, line by line, and as memory has it.
    static func keyMaterial(of path: String) throws -> [Data] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("-----") }
        guard let der = Data(base64Encoded: lines.joined()),
            // An octet string of 32 bytes: the key itself.
            let mark = der.firstRange(of: Data([0x04, 0x20])), der.count >= mark.upperBound + 32
        else { throw EndToEndError("\(path) is not as a key is expected to be") }
        return lines.filter { $0.count == 64 }.map { Data($0.utf8) }
            + [der[mark.upperBound..<mark.upperBound + 32]]
    }
}

extension Processes {
    /// The arguments and variables of processes and their children. Variables of a process that
    /// does not let itself be dumped are root's to read: to others there is nothing to find.
    static func words(of parents: [Int32]) -> [String: Data] {
        var words: [String: Data] = [:]
        for pid in parents + parents.flatMap(Self.children) {
            for name in ["cmdline", "environ"] {
                words["/proc/\(pid)/\(name)"] = FileManager.default.contents(
                    atPath: "/proc/\(pid)/\(name)")
            }
        }
        return words
    }
}

extension Cluster {
    /// Runs a command whose words are for whoever typed it, and so not where the others' are.
    func aside(
        _ arguments: [String], as name: String
    ) async throws -> (status: Int32, words: String) {
        let path = self.path("aside-\(UUID().uuidString.prefix(8))")
        let program = try self.start(
            "/bin/sh", ["-c", "exec \"$@\" > \"$0\" 2>&1", path, Binaries.assay] + arguments,
            ["ASSAY_HEAD": self.address, "ASSAY_CERTS": self.certs(name)])
        let status = await program.status
        return (status, try String(contentsOfFile: path, encoding: .utf8))
    }

    /// By place: what programs printed, what daemons logged and kept, what pages and commands show
    /// to an operator. Blobs are left out: they are the data itself.
    func everythingSaid(jobs: [String]) async throws -> [String: Data] {
        var said: [String: Data] = [:]
        let metrics = try await self.fetch("/metrics", as: "olga")
        said["/metrics"] = Data(metrics.body.utf8)
        for job in jobs {
            for verb in ["job", "trials"] {
                for more in [[], ["--json"]] {
                    let program = try self.client([verb, job] + more, as: "olga")
                    guard await program.status == 0 else { throw EndToEndError(program.errors) }
                }
            }
        }
        for verb in ["jobs", "models", "nodes"] {
            guard await (try self.client([verb, "--json"], as: "olga")).status == 0 else {
                throw EndToEndError("\(verb) failed")
            }
        }
        for folder in ["logs", "said", "temp", "state"] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: self.path(folder)) {
                let place = "\(folder)/\(name)"
                guard !place.hasPrefix("state/blobs/") else { continue }
                said[place] = FileManager.default.contents(atPath: self.path(place))
            }
        }
        return said
    }
}
