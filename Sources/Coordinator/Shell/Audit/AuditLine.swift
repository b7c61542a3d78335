import Crypto
import Foundation
import Transport
import Wire

/// One act as one line of JSON, chained to the line before it.
///
/// ```
/// {"address":"192.0.2.7:50112","object":"job/j17","outcome":"allowed","peer":{"name":"ann",
///  "role":"user","serial":"4cd3…"},"previous":"9f86…","sequence":42,
///  "time":"2026-11-26T10:00:00.123Z","verb":"cancelJob"}
/// ```
///
/// `previous` is the SHA-256 of the bytes of the line before, without its end; of the first line
/// it is 64 zeros.
struct AuditLine: Codable, Equatable {
    let sequence: UInt64
    let time: String
    let peer: Peer?
    let address: String?
    let verb: String
    let object: String?
    let outcome: Outcome
    let reason: String?
    let previous: String

    enum Outcome: String, Codable { case allowed, refused }

    struct Peer: Codable, Equatable {
        let role: String
        let name: String
        let serial: String
    }

    /// A line in bytes: its texts are bounded by `Limits`, and so is what may be one.
    static let bytesMax = 16 * 1024

    /// - Parameter tip: what the line follows.
    init(_ act: Act, at moment: Instant, after tip: AuditTip) {
        self.sequence = tip.sequence + 1
        self.time = moment.date.formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        self.peer = act.peer.map {
            Peer(role: $0.role.rawValue, name: $0.name, serial: $0.serial.description)
        }
        self.address = act.address
        self.verb = act.verb
        self.object = act.object.map { Limits.reason($0) }
        switch act.judgement {
        case .allowed:
            self.outcome = .allowed
            self.reason = nil
        case .refused(let reason):
            self.outcome = .refused
            self.reason = Limits.reason(reason)
        }
        self.previous = tip.digest
    }

    /// Nil when the bytes are no line of ours.
    init?(_ bytes: some DataProtocol) {
        guard let line = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = line
    }

    /// Without the end of the line. JSON escapes what could end one.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            preconditionFailure("texts and a number were not encoded: \(error)")
        }
    }
}

/// The end of a chain: what the next line follows.
struct AuditTip: Equatable {
    let sequence: UInt64
    /// Of the last line, 64 hexadecimal digits.
    let digest: String

    static let none = Self(sequence: 0, digest: String(repeating: "0", count: 64))

    init(sequence: UInt64, digest: String) {
        self.sequence = sequence
        self.digest = digest
    }

    /// The tip that a line makes.
    init(sequence: UInt64, of line: some DataProtocol) {
        let digest = SHA256.hash(data: line)
        self.init(
            sequence: sequence,
            digest: digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    // MARK: As a file holds it

    /// Always as long, so that writing it anew replaces it.
    var text: String {
        let number = String(self.sequence)
        return String(repeating: "0", count: 20 - number.count) + number + " " + self.digest + "\n"
    }

    init?(text: String) {
        guard let match = text.wholeMatch(of: /([0-9]{20}) ([0-9a-f]{64})\n/),
            let sequence = UInt64(match.output.1)
        else { return nil }
        self.init(sequence: sequence, digest: String(match.output.2))
    }
}
