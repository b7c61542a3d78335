import CertificateAuthority
import CoordinatorCore
import GRPCCore
import Logging
import Transport
import Wire

/// The parts of a head, put together and not yet running.
struct Head: Sendable {
    let readiness = Readiness()
    let journal: any Journal
    let loop: CoordinatorLoop
    let sessions: WorkerSessions
    let transfers: Transfers
    let server: Server
    let vitals: Vitals
    let issuers: IssuerShelf
    let audit: AuditLog
    let served: ServedModels

    init(
        _ settings: HeadSettings, state: StateDirectory, credentials: CredentialStore, log: Logger
    ) throws {
        let issuers = try IssuerShelf(
            directory: settings.enrollment.directory,
            cluster: credentials.current.identity.cluster)
        // First the blobs: half-written ones are removed, and on a disk that they filled the
        // journal could not begin its epoch.
        let blobs = try BlobStore(settings.blobs(in: state))
        log.say(blobs.remarks)
        let journal = try SQLiteJournal(path: state.journalPath)
        let revocations = try Self.revocations(of: journal, credentials.current)
        let clock = HeadClock()
        let audit = try AuditLog(in: state, clock: clock)
        let me = Act.Peer(credentials.current.identity, credentials.current.serial)
        audit.note(Act(by: me, from: nil, AuditLog.start, "epoch/\(journal.epoch)"))
        let sessions = WorkerSessions()
        let archive = Archive(journal: journal, clock: clock)
        let loop = CoordinatorLoop(
            journal: journal, links: sessions, archive: archive, clock: clock, log: log,
            jobLogs: settings.jobLogs)
        let transfers = Transfers(loop: loop, blobs: blobs, logger: log)
        let served = ServedModels(blobs: blobs)
        let vitals = Vitals(readiness: self.readiness, loop: loop)
        let connections = MetricsPage.LateConnections()
        let metrics = MetricsPage(
            loop: loop, readiness: self.readiness, sessions: sessions, blobs: blobs,
            journal: journal, connections: connections)

        self.server = try Server(
            settings.listener, credentials: credentials, revocations: revocations,
            witness: audit,
            services: [
                JobsService(
                    loop: loop,
                    admission: Admission(readiness: self.readiness, blobs: blobs, log: log),
                    directory: JobDirectory(loop: loop, archive: archive), blobs: blobs,
                    log: log),
                TaintsService(loop: loop, log: log),
                BlobsService(blobs: blobs, log: log),
                ModelsService(
                    loop: loop, archive: archive, blobs: blobs, credentials: credentials,
                    served: served, log: log),
                NodesService(loop: loop, sessions: sessions, log: log),
                RevocationsService(
                    loop: loop, revocations: revocations, connections: connections, log: log),
                EnrollmentService(
                    loop: loop, issuers: issuers, sessions: sessions,
                    lifetime: settings.enrollment.lifetime, log: log),
                HealthService(readiness: self.readiness),
            ],
            pages: HeadPages(vitals: vitals, metrics: metrics).pages,
            links: WorkerGate(
                loop: loop, sessions: sessions, transfers: transfers, revocations: revocations,
                witness: audit, logger: log),
            logger: log)
        connections.set(self.server.connections, self.server.calls)
        self.audit = audit
        self.served = served
        self.journal = journal
        self.loop = loop
        self.sessions = sessions
        self.transfers = transfers
        self.vitals = vitals
        self.issuers = issuers
    }
}

extension HeadSettings {
    /// What goes with the session is gone with the process: a killed head erases no files.
    fileprivate func blobs(in directory: StateDirectory) -> BlobStore.Place {
        switch (self.state, self.blobKeyFile) {
        case (.directory, let keyFile?): .directory(directory.blobsPath, keyFile: keyFile)
        case (.directory, nil): preconditionFailure("the settings were not validated")
        case (.session, _): .memory
        }
    }
}

extension Logger {
    fileprivate func say(_ remarks: [BlobStore.Remark]) {
        for remark in remarks {
            switch remark {
            case .madeKey(let id, let path):
                self.notice(
                    "a key for the blobs was made; keep a copy apart from the state directory",
                    metadata: ["key": "\(id)", "path": "\(path)"])
            case .sealed(let count):
                self.notice(
                    "blobs of an older version were sealed", metadata: ["blobs": "\(count)"])
            case .rewrapped(let count, let id):
                self.notice(
                    "blobs were sealed by the newest key; they need no other any more",
                    metadata: ["blobs": "\(count)", "key": "\(id)"])
            case .damaged(let digests):
                for digest in digests {
                    self.error("a blob is damaged; bring it again", metadata: ["blob": "\(digest)"])
                }
            }
        }
    }
}
