package import Wire

/// Something that a peer did or was refused: who, from where, what, to what.
///
/// It holds names of ours and nothing else: no value of a data set, no text of a job, no secret.
package struct Act: Equatable, Sendable {
    /// Nil when nobody was proved.
    package let peer: Peer?
    /// Host and port, for people; nil for what the head itself does.
    package let address: String?
    /// A `Verb`'s name, or one of `Act`'s own.
    package let verb: String
    /// `job/j17`, `node/w1`, `assay-link/1`; nil when the act is about nothing in particular.
    package let object: String?
    package let judgement: Permission

    package struct Peer: Equatable, Sendable {
        package let role: Role
        package let name: String
        package let serial: SerialNumber

        package init(_ peer: ProvedPeer) {
            self.init(peer.identity, peer.serial)
        }

        package init(_ identity: Identity, _ serial: SerialNumber) {
            self.role = identity.role
            self.name = identity.name
            self.serial = serial
        }
    }

    package init(
        by peer: Peer?, from address: String?, _ verb: String, _ object: String?,
        _ judgement: Permission = .allowed
    ) {
        self.peer = peer
        self.address = address
        self.verb = verb
        self.object = object
        self.judgement = judgement
    }

    /// A connection, judged after its handshake.
    package static let connect = "connect"
}

/// Hears of every act that is worth remembering.
package protocol Witness: Sendable {
    /// Takes it in and returns at once; acts are remembered in the order in which they came.
    func note(_ act: Act)

    /// Takes it in and returns once it cannot be lost any more.
    func record(_ act: Act) async throws

    /// So much waits that those who need not wait should.
    var isCongested: Bool { get }
}

extension Verb {
    /// Whether it changes something. The act is durable before it is carried out.
    var changesSomething: Bool {
        switch self {
        case .submitJob, .cancelJob, .uploadBlob, .controlNode, .revoke: true
        case .inviteNode, .joinCluster, .renewCertificate: true
        case .listJobs, .readJob, .listModels, .readModel, .listNodes, .readHealth, .readMetrics:
            false
        case .openLink, .listRevocations, .predict: false
        case .submitCommand, .clearTaint: true
        case .listTaints: false
        }
    }

    /// Probes ask every few seconds: that one was answered is not worth a line. That one was
    /// refused is.
    var isRoutine: Bool {
        switch self {
        case .readHealth, .readMetrics: true
        default: false
        }
    }
}

/// Has no memory: for servers whose owner keeps none.
package struct NoWitness: Witness {
    package init() {}
    package func note(_ act: Act) {}
    package func record(_ act: Act) async throws {}
    package var isCongested: Bool { false }
}
