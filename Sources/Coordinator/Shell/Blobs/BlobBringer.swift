import Crypto
package import Wire

/// Who brought a blob, and so may use it: bytes that several have brought lie there once.
///
/// A digest is no secret: it stands in logs and reports. Whoever knows one has shown nothing;
/// whoever brought the bytes had them.
package enum BlobBringer: Hashable, Sendable {
    /// A caller of the public API, as `Caller.owner` names it.
    case owner(String)
    /// A worker, for a trial that was leased to it.
    case trial(TrialID)

    /// One name for each, of fixed length, whatever an owner is called.
    var mark: String {
        let text =
            switch self {
            case .owner(let owner): "owner \(owner)"
            case .trial(let trial): "trial \(trial)"
            }
        return Digest(sha256: Array(SHA256.hash(data: Array(text.utf8)))).hex
    }
}
