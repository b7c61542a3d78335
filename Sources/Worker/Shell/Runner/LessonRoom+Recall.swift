import Engine
import Host
import Wire

/// What candidates predicted for rows held out, from the runners that evaluated them to the one
/// that refits the winner: it need not cross-validate its companions again.
extension LessonRoom {
    /// What a candidate that was evaluated here predicted for the rows held out, as 64-bit numbers;
    /// nil where nothing would be spared by it.
    func remembered(of recipe: Wire.Recipe) -> SealedMemory? {
        guard case .rows(let bench, let metrics) = self.bench,
            let recipe = try? Engine.Recipe(recipe),
            let values = bench.remembered(of: recipe, metrics: metrics)
        else { return nil }
        do throws(HostError) {
            var draft = try SealedMemory.Draft(named: "assay-predictions")
            try values.span.bytes.withUnsafeBytes { bytes throws(HostError) in
                try draft.append(bytes)
            }
            return try draft.sealed()
        } catch {
            // Whoever needs it computes it again.
            return nil
        }
    }

    /// Takes in what another room of this lesson remembered.
    mutating func recall(_ memory: SealedMemory, of recipe: Wire.Recipe) {
        guard case .rows(var bench, let metrics) = self.bench,
            let recipe = try? Engine.Recipe(recipe)
        else { return }
        let values = memory.withBytes { Array($0.bindMemory(to: Double.self)) }
        bench.recall(values, of: recipe, metrics: metrics)
        self.bench = .rows(bench, metrics)
    }
}
