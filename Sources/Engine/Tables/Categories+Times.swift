import Privacy

extension Frame.Categories {
    /// For each level the time that it spells by ISO 8601, in seconds since 1970; nil where it
    /// spells none.
    var times: [Double?] {
        self.levels.map { level in CivilTime.parse(level.revealed.utf8).map { Double($0) } }
    }
}
