import Wire

// What a user knows better of a family than we do: which values a parameter may have.

extension LearningJob {
    func wish(for family: SearchFamily) -> FamilySpace? {
        self.search.space.first { $0.family == family.rawValue }
    }
}

extension FamilySpace {
    func fixed(_ name: String) -> Parameter? { self.fixed.first { $0.name == name } }

    func range(_ name: String) -> Dimension? {
        self.ranges.first { $0.name == name }.map(Dimension.init)
    }

    func names(_ name: String) -> Bool {
        self.fixed(name) != nil || self.ranges.contains { $0.name == name }
    }

    /// What varies: ranges in the place of ours, and ranges of what we do not vary.
    func dimensions(_ ours: [Dimension]) -> [Dimension] {
        let kept = ours.filter { self.fixed($0.name) == nil }
        let added = self.ranges.filter { range in !ours.contains { $0.name == range.name } }
        return kept.map { self.range($0.name) ?? $0 } + added.map(Dimension.init)
    }

    /// The values as near as the user's ranges hold them.
    func narrowed(_ values: Portfolio.Values) -> Portfolio.Values {
        let kept = values.filter { self.fixed($0.0) == nil }.map { name, value in
            (name, self.range(name)?.nearest(to: value) ?? value)
        }
        // What the list leaves to the engine may lie outside of the user's range.
        let added = self.ranges.filter { range in !values.contains { $0.0 == range.name } }
        return kept + added.map { ($0.name, Dimension($0).value(at: 0.5)) }
            + self.fixed.map { ($0.name, $0.value) }
    }
}
