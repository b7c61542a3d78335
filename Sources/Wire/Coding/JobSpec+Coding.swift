extension JobSpec {
    package init(_ message: Assay_V1_JobSpec) throws(WireError) {
        let kind: Kind
        switch message.kind {
        case .idle(let idle):
            kind = .idle(
                trials: try Checked.number(
                    idle.trials, "idle.trials", in: 1...Limits.trialsPerJobMax),
                duration: Duration(nanoseconds: idle.nanoseconds),
                data: idle.hasData ? try Blob(idle.data, "idle.data") : nil)
        case .learning(let learning):
            kind = .learning(try LearningJob(learning))
        case .command(let command):
            kind = .command(try CommandJob(command))
        case nil:
            throw WireError("spec.kind", "is missing or unknown to this version")
        }
        self.init(
            name: try Checked.text(message.name, "spec.name"),
            priority: try Checked.number(message.priority, "spec.priority", in: 0...100),
            seed: message.seed, budget: try Budget(message.budget), kind: kind)
        if !self.kind.isIdle, self.budget.trials == nil, self.budget.time == nil {
            throw WireError("spec.budget", "names neither trials nor time: one of them is needed")
        }
    }

    package var message: Assay_V1_JobSpec {
        var message = Assay_V1_JobSpec()
        message.name = self.name
        message.priority = Int32(self.priority)
        message.seed = self.seed
        message.budget = self.budget.message
        switch self.kind {
        case .idle(let trials, let duration, let data):
            message.idle.trials = trials
            message.idle.nanoseconds = duration.nanoseconds
            if let data { message.idle.data = data.message }
        case .learning(let learning):
            message.learning = learning.message
        case .command(let command):
            message.command = command.message
        }
        return message
    }
}

extension Budget {
    init(_ message: Assay_V1_Budget) throws(WireError) {
        guard message.trials <= Limits.trialsPerJobMax else {
            throw WireError("budget.trials", "is more than \(Limits.trialsPerJobMax)")
        }
        self.init(
            trials: message.trials == 0 ? nil : message.trials,
            time: message.timeNanoseconds == 0
                ? nil : Duration(nanoseconds: message.timeNanoseconds))
    }

    var message: Assay_V1_Budget {
        var message = Assay_V1_Budget()
        message.trials = self.trials ?? 0
        message.timeNanoseconds = self.time?.nanoseconds ?? 0
        return message
    }
}

extension LearningJob {
    init(_ message: Assay_V1_LearningJob) throws(WireError) {
        let families = try Checked.count(
            message.families, "learning.families", upTo: Limits.parametersMax)
        guard (0...0.5).contains(message.contamination) else {
            throw WireError("learning.contamination", "is not from 0 to 0.5")
        }
        self.init(
            lesson: try Lesson(message.lesson),
            direction: try Checked.choice(message.direction, "learning.direction"),
            families: try Checked.map(families) { (family) throws(WireError) in
                try Checked.text(family, "learning.families")
            },
            ensembles: !message.single,
            contamination: message.contamination == 0 ? nil : message.contamination,
            rows: try Checked.number(message.rows, "learning.rows", in: 0...Limits.rowsMax),
            columns: try Checked.number(
                message.columns, "learning.columns", in: 0...Limits.columnsMax),
            classes: try Checked.number(
                message.classes, "learning.classes", in: 0...Limits.classesMax),
            data: message.hasData ? try DataReport(message.data) : nil,
            search: try SearchTerms(message))
    }

    var message: Assay_V1_LearningJob {
        var message = Assay_V1_LearningJob()
        message.lesson = self.lesson.message
        message.direction = self.direction.rawValue
        message.families = self.families
        message.single = !self.ensembles
        message.contamination = self.contamination ?? 0
        message.rows = self.rows
        message.columns = self.columns
        message.classes = self.classes
        if let data { message.data = data.message }
        self.search.write(to: &message)
        return message
    }
}
