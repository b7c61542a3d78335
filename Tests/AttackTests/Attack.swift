import Foundation
import Glibc
import LiveCluster
import Testing

/// What an attacker sees of a live head.
///
/// Attackers are Python programs in the folder `Attackers`, on plain sockets: they share no code
/// with what they attack, and can say what our own code never would. Each prints what it saw as one
/// JSON object, which the test judges.
struct Attack {
    let cluster: Cluster

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let grpcPython = folder.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/clients/bin/python").path

    /// Attacks on the API use grpcio; without it they are skipped, and this says so.
    static var hasClients: Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: Self.grpcPython)
        if !isThere { print("SKIPPED: grpcio is not installed; run make clients") }
        return isThere
    }

    /// How much of an attack there is time for: `make attack` makes it whole.
    static var isWhole: Bool { ProcessInfo.processInfo.environment["ASSAY_ATTACK"] == "whole" }

    /// Runs an attack from the file `room`, by the function `name`.
    func run(_ room: String, _ name: String, _ arguments: [String] = []) async throws -> Seen {
        let needsClients = room == "users"
        let size = Self.isWhole ? ["ASSAY_ATTACK=whole"] : []
        let program = try self.cluster.start(
            "/usr/bin/env",
            size + [
                "timeout", "300", needsClients ? Self.grpcPython : "python3", "-B",
                Self.folder.appending(path: "Attackers/\(room).py").path, name,
                self.cluster.address, self.cluster.directory,
            ] + arguments)
        let status = await program.status
        guard status == 0, let seen = Seen(program.output) else {
            throw EndToEndError("the attack \(name) failed itself (\(status)): \(program.errors)")
        }
        // Counts and paths do not tell one attack from another.
        let kind = arguments.filter { $0.allSatisfy { $0.isLetter || $0 == "_" } }
        print("ATTACK \((["\(room).\(name)"] + kind).joined(separator: " ")): \(seen.text)")
        return seen
    }

    /// Runs `body` against a head; afterwards the head must serve and be as it was before.
    static func on(
        _ cluster: Cluster, descriptorsMax: Int? = nil,
        _ body: (Attack, Program) async throws -> Void
    ) async throws {
        let head = try await cluster.startHead(descriptorsMax: descriptorsMax)
        defer { head.send(SIGKILL) }
        try await body(Attack(cluster: cluster), head)
        #expect(try await cluster.ask(["health"], as: "olga")["ready"] as? Bool == true)
    }
}

/// One JSON object that an attacker printed.
struct Seen {
    let text: String
    private let fields: [String: Any]

    init?(_ text: String) {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let fields = object as? [String: Any] else { return nil }
        self.text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        self.fields = fields
    }

    private func value<Value>(_ name: String) throws -> Value {
        try #require(self.fields[name] as? Value, "the attack did not say \(name): \(self.text)")
    }

    func number(_ name: String) throws -> Double { try self.value(name) }
    func isTrue(_ name: String) throws -> Bool { try self.value(name) }
    func text(_ name: String) throws -> String { try self.value(name) }
    func list(_ name: String) throws -> [String] { try self.value(name) }
    func texts(_ name: String) throws -> [String: String] { try self.value(name) }
}
