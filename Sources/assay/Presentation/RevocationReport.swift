import Host
import Wire

/// A revocation as `--json` prints it.
struct RevocationReport: Encodable, Equatable, Sendable {
    /// Of one certificate.
    let serial: String?
    /// `ROLE/NAME`: every certificate that it was issued up to then.
    let holder: String?
    /// Who did it; nil for what the authority's own list says.
    let by: String?
    let revokedAt: Double?

    init(_ revocation: Assay_V1_Revocation) {
        func given(_ text: String) -> String? { text.isEmpty ? nil : LogText.escaped(text) }
        self.serial = given(revocation.serial)
        self.holder = given(revocation.holder)
        self.by = given(revocation.by)
        self.revokedAt = revocation.at == 0 ? nil : revocation.at
    }

    static func table(_ revocations: [RevocationReport], style: Style, width: Int?) -> String {
        guard !revocations.isEmpty else { return "Nothing is revoked.\n" }
        var table = TextTable([
            ("revoked", .left), ("at (UTC)", .left), ("by", .left),
        ])
        for revocation in revocations {
            table.add([
                revocation.serial ?? revocation.holder ?? "-",
                revocation.revokedAt.map(Figures.moment) ?? "-",
                revocation.by ?? "the authority's list",
            ])
        }
        return table.text(style: style, width: width)
    }
}
