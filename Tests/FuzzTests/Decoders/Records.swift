import CoordinatorCore
import Crypto
import Foundation
import Transport
import Wire

@testable import CoordinatorShell

/// What a head reads back from its own disk, which others may have had in hand.
extension Decoder {
    static let records: [Decoder] = [
        Decoder(
            "journal",
            seeds: {
                try Samples.facts().map { Array(FactCoding.encode($0).dropFirst(8)) }
            }
        ) {
            // Behind its digest, as a version of ours may have written it.
            let row = Data(Records.checked($0, bytes: 8))
            let facts = try FactCoding.decode(row, of: Samples.job)
            try Self.demand(
                try FactCoding.decode(FactCoding.encode(facts), of: Samples.job) == facts,
                "facts read back otherwise")
        },
        Decoder("audit-log", dictionary: Self.auditWords, seeds: { [try Records.auditLog()] }) {
            var chain = AuditVerification.Chain()
            try chain.follow($0, named: 1)
            for bytes in $0.split(separator: UInt8(ascii: "\n")) {
                guard let line = AuditLine(bytes) else { continue }
                try Self.demand(
                    AuditLine(line.bytes) == line, "a line of the audit log reads back otherwise")
            }
        },
        Decoder(
            "sealed-header",
            seeds: { [Array("assay-blob-1".utf8) + [UInt8](repeating: 7, count: 76)] }
        ) {
            // Behind the sum of its first 88 bytes, which would stop nearly all else.
            guard $0.count == 88 else { throw NoCase() }
            let block = $0 + SHA256.hash(data: $0) + [UInt8](repeating: 0, count: 3976)
            guard let header = SealedHeader(block) else { throw NoCase() }
            try Self.demand(
                SealedHeader(header.block) == header, "a blob's header reads back otherwise")
            if let size = SealedLayout.size(ofFile: header.size) {
                try Self.demand(
                    SealedLayout.fileBytes(of: size) == header.size,
                    "a length is that of two sizes")
            }
        },
        Decoder("audit-tip", seeds: { [Array(Records.tip.text.utf8)] }) {
            guard let tip = AuditTip(text: try Self.text($0)) else { throw NoCase() }
            try Self.demand(
                AuditTip(text: tip.text) == tip, "a tip of the audit log reads back otherwise")
        },
    ]

    private static let auditWords = #"""
        "\"sequence\":"
        "\"previous\":"
        "\"outcome\":\"refused\""
        "\"reason\":"
        "\"peer\":{"
        "recover"
        """#
}

enum Records {
    static let tip = AuditTip(sequence: 41, digest: String(repeating: "9f", count: 32))

    /// Bytes behind the beginning of their own SHA-256, as several of our formats have them.
    static func checked(_ body: [UInt8], bytes: Int) -> [UInt8] {
        SHA256.hash(data: body).prefix(bytes) + body
    }

    static func auditLog() throws -> [UInt8] {
        var tip = AuditTip.none
        var log: [UInt8] = []
        let user = try Identity(cluster: "fuzz", role: .user, name: "u")
        let peer = Act.Peer(user, try SerialNumber(text: "0c3f"))
        let acts = [
            Act(by: peer, from: "127.0.0.1:9", "submitJob", "job/j3"),
            Act(by: nil, from: nil, Act.connect, nil, .refused(reason: "no")),
        ]
        for act in acts {
            let line = AuditLine(act, at: Samples.moment, after: tip)
            log += line.bytes + [UInt8(ascii: "\n")]
            tip = AuditTip(sequence: line.sequence, of: line.bytes)
        }
        return log
    }
}
