import FoundationEssentials
import SwiftASN1
import X509

/// A moment in DER: two digits for the year until 2049, four from then on (RFC 5280, 5.1.2.4).
struct Moment: DERParseable, DERSerializable {
    let date: Date

    init(_ date: Date) { self.date = date }

    init(derEncoded node: ASN1Node) throws {
        switch node.identifier {
        case .utcTime:
            let time = try UTCTime(derEncoded: node)
            self.date = try Self.date(
                time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
        default:
            let time = try GeneralizedTime(derEncoded: node)
            self.date = try Self.date(
                time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
        }
    }

    func serialize(into coder: inout DER.Serializer) throws {
        let parts = Self.calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: self.date)
        let (year, month, day) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        let (hour, minute, second) = (parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        if (1950...2049).contains(year) {
            try coder.serialize(
                UTCTime(
                    year: year, month: month, day: day, hours: hour, minutes: minute,
                    seconds: second))
        } else {
            try coder.serialize(
                GeneralizedTime(
                    year: year, month: month, day: day, hours: hour, minutes: minute,
                    seconds: second, fractionalSeconds: 0))
        }
    }

    private static func date(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
    ) throws -> Date {
        let parts = DateComponents(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        guard let date = Self.calendar.date(from: parts) else {
            throw ASN1Error.invalidASN1Object(reason: "no such moment")
        }
        return date
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

/// How a list is signed: `AlgorithmIdentifier`, for the algorithms that authorities use.
///
/// Ours signs by the first. The others are for lists of an authority that is not ours.
enum SignatureKind: CaseIterable, DERParseable, DERSerializable {
    case ecdsaWithSHA256, ecdsaWithSHA384, ecdsaWithSHA512
    case rsaWithSHA256, rsaWithSHA384, rsaWithSHA512
    case ed25519

    init(derEncoded node: ASN1Node) throws {
        // Parameters are absent or NULL; what is signed covers them either way.
        let found = try DER.sequence(node, identifier: .sequence) { nodes in
            let identifier = try ASN1ObjectIdentifier(derEncoded: &nodes)
            _ = nodes.next()
            return identifier
        }
        guard let kind = Self.allCases.first(where: { $0.identifier == found }) else {
            throw ASN1Error.invalidASN1Object(reason: "an unknown signature algorithm")
        }
        self = kind
    }

    func serialize(into coder: inout DER.Serializer) throws {
        precondition(self == .ecdsaWithSHA256, "our authority signs by ECDSA alone")
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(self.identifier)
        }
    }

    private var identifier: ASN1ObjectIdentifier {
        switch self {
        case .ecdsaWithSHA256: [1, 2, 840, 10045, 4, 3, 2]
        case .ecdsaWithSHA384: [1, 2, 840, 10045, 4, 3, 3]
        case .ecdsaWithSHA512: [1, 2, 840, 10045, 4, 3, 4]
        case .rsaWithSHA256: [1, 2, 840, 113549, 1, 1, 11]
        case .rsaWithSHA384: [1, 2, 840, 113549, 1, 1, 12]
        case .rsaWithSHA512: [1, 2, 840, 113549, 1, 1, 13]
        case .ed25519: [1, 3, 101, 112]
        }
    }

    var algorithm: Certificate.SignatureAlgorithm {
        switch self {
        case .ecdsaWithSHA256: .ecdsaWithSHA256
        case .ecdsaWithSHA384: .ecdsaWithSHA384
        case .ecdsaWithSHA512: .ecdsaWithSHA512
        case .rsaWithSHA256: .sha256WithRSAEncryption
        case .rsaWithSHA384: .sha384WithRSAEncryption
        case .rsaWithSHA512: .sha512WithRSAEncryption
        case .ed25519: .ed25519
        }
    }
}
