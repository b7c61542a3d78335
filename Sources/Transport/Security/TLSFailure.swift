import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Turns what TLS and sockets throw into a sentence that a person can act on.
enum TLSFailure {
    /// How a link that we dialled ended.
    static func closure(dialling error: any Error) -> LinkClosure {
        let sentence = Self.sentence(dialling: error)
        return Self.isRefusal(sentence) ? .refused(reason: sentence) : .failed(sentence)
    }

    /// Whether the other end spoke, rather than the network or we.
    static func isRefusal(_ sentence: String) -> Bool { sentence.hasPrefix("the head refused") }

    /// What happened to a connection that we dialled.
    static func sentence(dialling error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let cause = error.connectionErrors.first?.error else {
                return "the name \(error.host) has no address"
            }
            return Self.sentence(dialling: cause)
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: return "no answer"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "the head's certificate is for another host name or address"
        case let error as NIOSSLError where error == .uncleanShutdown:
            return Self.brokeOff
        case is HandshakeTimeout: return "no TLS handshake within the time allowed"
        default: break
        }
        let words = Self.words(of: error)
        for (mark, sentence) in Self.alerts where words.contains(mark) { return sentence }
        return "the TLS connection failed (\(words))"
    }

    /// Why a connection that we accepted ended before its peer was known.
    static func sentence(accepting error: any Error) -> String {
        let words = Self.words(of: error)
        for (mark, sentence) in Self.mistakes where words.contains(mark) { return sentence }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        return "the TLS handshake failed (\(words))"
    }

    /// How a link that we accepted broke, when its peer had long been known.
    static func sentence(serving error: any Error) -> String {
        if let error = error as? NIOSSLError, error == .uncleanShutdown { return Self.brokeOff }
        return Self.sentence(accepting: error)
    }

    private static let brokeOff = "the connection broke off"

    /// BoringSSL's name of an error ends its line: `…:OPENSSL_internal:NO_CERTIFICATE_SET`.
    private static func words(of error: any Error) -> String {
        let text = String(describing: error)
        guard let range = text.range(of: "OPENSSL_internal:") else { return text }
        return String(text[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    }

    /// What the head's alerts mean to us, and what we may find wrong with its certificate.
    private static let alerts: [(String, String)] = [
        ("CERTIFICATE_EXPIRED", "the head refused our certificate: it has expired"),
        ("UNKNOWN_CA", "the head refused our certificate: another authority issued it"),
        ("CERTIFICATE_REQUIRED", "the head refused us: it wants a certificate and got none"),
        ("UNSUPPORTED_CERTIFICATE", "the head refused our certificate: its key usage is wrong"),
        ("CERTIFICATE_REVOKED", "the head refused our certificate: it is revoked"),
        ("CERTIFICATE_UNKNOWN", "the head refused our certificate"),
        ("BAD_CERTIFICATE", "the head refused our certificate: it is malformed or not yet valid"),
        ("PROTOCOL_VERSION", "the other end does not speak TLS 1.3"),
        ("NO_APPLICATION_PROTOCOL", "the other end does not speak our protocol"),
        ("WRONG_VERSION_NUMBER", "the other end does not speak TLS"),
        ("CERTIFICATE_VERIFY_FAILED", "the head's certificate cannot be trusted"),
        ("EOF during handshake", "the other end closed the connection during the TLS handshake"),
    ]

    /// What our own side found wrong with a peer that connected.
    private static let mistakes: [(String, String)] = [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "it shows no certificate"),
        ("CERTIFICATE_VERIFY_FAILED", "its certificate cannot be trusted"),
        ("UNSUPPORTED_PROTOCOL", "it does not speak TLS 1.3"),
        ("HTTP_REQUEST", "it speaks plain HTTP instead of TLS"),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
        ("UNKNOWN_CA", "it does not trust our certificate's authority"),
        ("ALERT_CERTIFICATE_EXPIRED", "it says that our certificate has expired"),
        ("ALERT_BAD_CERTIFICATE", "it refuses our certificate"),
        ("CERTIFICATE_UNKNOWN", "it refuses our certificate"),
        ("NO_SHARED_CIPHER", "it shares no cipher with us"),
        ("EOF during handshake", "it closed the connection during the TLS handshake"),
        ("uncleanShutdown", "it closed the connection during the TLS handshake"),
    ]
}

/// TLS has no time limit of its own.
struct HandshakeTimeout: Error {}
