/// What a peer may ask of the head.
package enum Verb: String, CaseIterable, Hashable, Sendable {
    case submitJob, listJobs, readJob, cancelJob
    case uploadBlob
    case listModels, readModel, predict
    case listNodes, controlNode
    case readHealth, readMetrics
    case openLink
    case revoke, listRevocations
    case inviteNode, joinCluster, renewCertificate
    case submitCommand, listTaints, clearTaint
}

/// Whose the object is that a verb touches.
package enum Ownership: CaseIterable, Hashable, Sendable {
    case own, others
    /// The verb touches no object of anybody: a list that the head filters, a new object, health.
    case none
}

/// The one table that says who may do what.
///
/// Every request is judged by it: by the interceptor for what a role can never do, by the handler
/// for objects of others.
package enum Permission: Equatable, Sendable {
    case allowed
    case refused(reason: String)

    package static func judge(_ role: Role, _ verb: Verb, _ ownership: Ownership) -> Self {
        guard let reach = Self.reach(role, verb) else {
            return .refused(reason: "a \(role.rawValue) may not \(verb.words)")
        }
        if reach == .own, ownership == .others {
            return .refused(reason: "a \(role.rawValue) may \(verb.words) only of their own")
        }
        return .allowed
    }

    private enum Reach { case own, all }

    private static func reach(_ role: Role, _ verb: Verb) -> Reach? {
        switch (role, verb) {
        case (.operator, .openLink), (.operator, .joinCluster): nil
        case (.operator, .renewCertificate): nil
        case (.operator, _): .all

        case (.user, .submitJob), (.user, .uploadBlob), (.user, .listNodes): .all
        case (.user, .readHealth): .all
        case (.user, .listJobs), (.user, .readJob), (.user, .cancelJob): .own
        case (.user, .listModels), (.user, .readModel), (.user, .predict): .own

        case (.user, .submitCommand): .all
        case (.user, .listTaints): .own

        case (.viewer, .listTaints): .all
        case (.viewer, .listJobs), (.viewer, .readJob), (.viewer, .listModels): .all
        case (.viewer, .listNodes), (.viewer, .readHealth), (.viewer, .readMetrics): .all
        case (.viewer, .listRevocations): .all

        case (.probe, .readHealth), (.probe, .readMetrics): .all

        case (.worker, .openLink), (.worker, .renewCertificate): .all

        case (.joiner, .joinCluster): .all

        case (.user, _), (.viewer, _), (.probe, _), (.worker, _), (.head, _), (.joiner, _): nil
        }
    }
}

extension Verb {
    /// The verb in a sentence.
    package var words: String {
        switch self {
        case .submitJob: "submit jobs"
        case .listJobs: "list jobs"
        case .readJob: "read jobs"
        case .cancelJob: "cancel jobs"
        case .uploadBlob: "upload data"
        case .listModels: "list models"
        case .readModel: "fetch models"
        case .predict: "predict with models"
        case .listNodes: "list nodes"
        case .controlNode: "drain or resume nodes"
        case .readHealth: "ask for health"
        case .readMetrics: "read metrics"
        case .openLink: "open a worker's link"
        case .revoke: "revoke certificates"
        case .listRevocations: "list revocations"
        case .inviteNode: "invite nodes"
        case .joinCluster: "join the cluster"
        case .renewCertificate: "renew certificates"
        case .submitCommand: "submit commands"
        case .listTaints: "list taints"
        case .clearTaint: "clear taints"
        }
    }
}
