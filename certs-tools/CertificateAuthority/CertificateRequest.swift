package import Wire

/// What somebody wants a certificate for.
package struct CertificateRequest: Equatable, Sendable {
    package let identity: Identity
    package let serverNames: [ServerName]
    package let lifetime: Duration

    /// - Parameter lifetime: nil for what the role usually has.
    /// - Throws: `IssuanceError` with code `badRequest`.
    package init(
        for identity: Identity, serverNames: [ServerName] = [], lifetime: Duration? = nil
    ) throws(IssuanceError) {
        if identity.role == .head {
            guard !serverNames.isEmpty else {
                throw IssuanceError(
                    .badRequest,
                    """
                    a head needs the names under which workers and clients dial it; add --dns HOST \
                    or --ip ADDRESS
                    """)
            }
        } else {
            guard serverNames.isEmpty else {
                let role = identity.role.rawValue
                throw IssuanceError(
                    .badRequest, "only a head is dialled; leave out --dns and --ip for a \(role)")
            }
        }
        guard serverNames.count <= ServerName.countMax else {
            throw IssuanceError(
                .badRequest, "a certificate states at most \(ServerName.countMax) names")
        }
        let lifetime = lifetime ?? Lifetime.usual(of: identity.role)
        try Lifetime.check(lifetime, within: Lifetime.leafMin...Lifetime.leafMax)
        self.identity = identity
        self.serverNames = serverNames
        self.lifetime = lifetime
    }

    /// For a node that asks by itself, which copies nothing: its certificate may be as short as its
    /// head says.
    init(byItself identity: Identity, lifetime: Duration) {
        self.identity = identity
        self.serverNames = []
        self.lifetime = lifetime
    }
}

/// How long certificates last.
package enum Lifetime {
    /// Hosts' clocks differ: a certificate is good for this long before it was made.
    package static let backdating: Duration = .seconds(300)

    /// An authority outlives the hardware that it is made on.
    package static let authority: Duration = .days(3653)

    /// Shorter ones would end before somebody has copied them.
    package static let leafMin: Duration = .hours(1)

    /// What browsers accept at most, and long enough for anything that cannot be revoked.
    package static let leafMax: Duration = .days(398)

    /// An issuer's key lies on a head, so that it goes with the head's certificate.
    package static let issuer: Duration = .days(90)

    static func check(
        _ lifetime: Duration, within bounds: ClosedRange<Duration>
    ) throws(IssuanceError) {
        guard bounds.contains(lifetime) else {
            throw IssuanceError(.badRequest, "a certificate lasts from one hour to 398 days")
        }
    }

    /// A worker's certificate lies on many machines, so it ends within a day; people and heads get
    /// a quarter of a year.
    package static func usual(of role: Role) -> Duration {
        switch role {
        case .joiner: .hours(1)
        case .worker: .hours(24)
        case .head, .operator, .user, .viewer, .probe: .days(90)
        }
    }
}

extension Duration {
    package static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    package static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
