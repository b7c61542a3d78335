extension Inspection {
    /// Walks the pickles of a file, one after the other as legacy files of torch have them.
    ///
    /// - Parameter mayBeOther: the bytes were recognised as something else; then they are a pickle
    ///   too only if they are one to the end and import something.
    mutating func walkPickles(
        _ bytes: UnsafeRawBufferPointer, called name: String, mayBeOther: Bool
    ) {
        guard let first = bytes.first, PickleOpcode(rawValue: first) != nil else { return }
        var trial = self
        let outcome = trial.walkPickle(Cursor(bytes), called: name)
        let isCertain = first == PickleOpcode.proto.rawValue && bytes.count > 1 && bytes[1] <= 5
        switch outcome {
        case .stopped(let imports, let end):
            guard imports > 0 || (!mayBeOther && (isCertain || end == bytes.count)) else { return }
            self = trial
            self.report.recognise(.pickle)
            self.walkFollowing(bytes, from: end, called: name)
        case .broken(let imports, let error):
            guard imports > 0 || (!mayBeOther && isCertain) else { return }
            self = trial
            self.report.recognise(.pickle)
            self.report.breakOff("the pickle breaks off at \(error.description)")
            if imports > 0 {
                self.report.find(
                    .suspicion, in: name,
                    "the pickle breaks off at \(error.description); what stands before would be "
                        + "done all the same")
            }
        }
    }

    private mutating func walkFollowing(
        _ bytes: UnsafeRawBufferPointer, from start: Int, called name: String
    ) {
        var cursor = Cursor(bytes)
        var at = start
        while at + 1 < bytes.count, bytes[at] == PickleOpcode.proto.rawValue, bytes[at + 1] <= 5 {
            guard (try? cursor.jump(to: UInt64(at))) != nil else { return }
            switch self.walkPickle(cursor, called: name) {
            case .stopped(_, let end): at = end
            case .broken(let imports, let error):
                self.report.breakOff("a following pickle breaks off at \(error.description)")
                if imports > 0 {
                    self.report.find(
                        .suspicion, in: name,
                        "a following pickle breaks off at \(error.description)")
                }
                return
            }
        }
        if at < bytes.count {
            self.report.note("bytes behind the pickles", "\(bytes.count - at)")
        }
    }

    enum PickleOutcome {
        case stopped(imports: Int, end: Int)
        case broken(imports: Int, Broken)
    }

    /// Walks one pickle and the ones that lie in it.
    mutating func walkPickle(_ cursor: Cursor, called name: String) -> PickleOutcome {
        var walk = PickleWalk(cursor)
        var imports = 0
        self.pickles += 1
        guard self.pickles <= InspectionLimits.picklesMax else {
            return .broken(imports: 1, Broken(cursor.at, "there are too many pickles"))
        }
        while true {
            self.opcodes += 1
            guard self.opcodes <= InspectionLimits.opcodesMax else {
                return .broken(imports: max(1, imports), Broken(walk.cursor.at, "it is too long"))
            }
            do throws(Broken) {
                let place = walk.cursor.at
                let step = try walk.step()
                for event in walk.takeEvents() {
                    if self.tell(event, at: place, called: name) { imports += 1 }
                }
                switch step {
                case .went: break
                case .stopped:
                    self.report.note("pickle", "protocol \(walk.version), \(walk.opcodes) opcodes")
                    return .stopped(imports: imports, end: walk.cursor.at)
                case .array(let array?): try self.pass(array, &walk, called: name, &imports)
                case .array(nil):
                    self.report.find(
                        .suspicion, in: name,
                        "an array of joblib whose bytes cannot be told from what follows them")
                }
            } catch {
                for event in walk.takeEvents() {
                    if self.tell(event, at: error.at, called: name) { imports += 1 }
                }
                return .broken(imports: imports, error)
            }
        }
    }

    /// Steps over an array's bytes, or walks the pickle that stands for its objects.
    private mutating func pass(
        _ array: JoblibArray, _ walk: inout PickleWalk, called name: String, _ imports: inout Int
    ) throws(Broken) {
        var cursor = walk.cursor
        if let count = array.byteCount {
            if array.isAligned {
                let padding = try cursor.byte()
                _ = try cursor.take(UInt64(padding))
            }
            _ = try cursor.take(count)
            return try walk.jump(to: cursor.at)
        }
        switch self.walkPickle(cursor, called: name) {
        case .stopped(let more, let end):
            imports += more
            try walk.jump(to: end)
        case .broken(let more, let error):
            imports += more
            throw error
        }
    }

    /// - Returns: whether the event is an import.
    private mutating func tell(
        _ event: PickleMachine.Event, at place: Int, called name: String
    ) -> Bool {
        switch event {
        case .imports(let module, let imported):
            guard self.imports.insert("\(name)\n\(module).\(imported)").inserted else {
                return true
            }
            switch ImportVerdict(module: module, name: imported) {
            case .known: break
            case .dangerous:
                self.report.find(
                    .danger, in: name, "the pickle imports \(module).\(imported) (byte \(place))")
            case .unknown:
                self.report.find(
                    .suspicion, in: name,
                    "the pickle imports \(module).\(imported), which is not known to be harmless")
            }
            return true
        case .importsComputed:
            self.report.find(
                .danger, in: name,
                "the pickle imports something under a name that it computes (byte \(place))")
            return true
        case .callsMade(let origin):
            self.report.find(
                .suspicion, in: name,
                "the pickle calls what \(origin) returned (byte \(place))")
            return false
        case .registered:
            self.report.find(
                .suspicion, in: name,
                "the pickle uses the reader's extension registry (byte \(place))")
            return false
        case .persistent: return false
        }
    }
}
