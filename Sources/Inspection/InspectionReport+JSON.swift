package import Engine

/// The report on its way from the process that looked at the file to the one that asked.
extension InspectionReport {
    package func encoded() -> [UInt8] {
        JSON.object([
            "formats": .array(self.formats.map { .string($0.rawValue) }),
            "facts": .array(
                self.facts.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
            "findings": .array(
                self.findings.map { finding in
                    .object([
                        "severity": .string(finding.severity.rawValue),
                        "place": .string(finding.place), "sentence": .string(finding.sentence),
                    ])
                }),
            "findings_omitted": .integer(self.findingsOmitted),
            "fault": self.fault.map { .string($0) } ?? .null,
        ]).encoded()
    }

    /// Reads what `encoded()` wrote. Whoever wrote it may have been taken over by the file.
    package init(decoding bytes: [UInt8]) throws(ArtifactError) {
        let json = try JSON(decoding: bytes)
        self.init()
        for format in try json.member("formats").items("formats") {
            self.recognise(try format.choice("a format"))
        }
        for fact in try json.member("facts").items("facts") {
            self.note(
                try fact.member("name").text("a name"), try fact.member("value").text("a value"))
        }
        let findings = try json.member("findings").items("findings")
        guard findings.count <= InspectionLimits.findingsMax else {
            throw ArtifactError(.badMember, "the report has too many findings")
        }
        for finding in findings {
            self.find(
                try finding.member("severity").choice("a severity"),
                in: try finding.member("place").text("a place"),
                try finding.member("sentence").text("a sentence"))
        }
        self.omit(try json.member("findings_omitted").count("findings_omitted"))
        if let fault = try json.optionalMember("fault") { self.breakOff(try fault.text("fault")) }
    }
}
