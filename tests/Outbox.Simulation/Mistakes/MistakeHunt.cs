using Outbox.Simulation.Run;

namespace Outbox.Simulation.Mistakes;

/// <summary>Lives one seed after the other with a mistake in it, until a promise is broken.</summary>
internal static class MistakeHunt
{
    public const ulong Most = 1000;

    /// <summary>What stands above the rows of the table.</summary>
    public const string Heading =
        """
        # How soon each mistake is found

        Bugs that are made on purpose, one at a time, and how many seeds it takes until the simulation finds each, from seed 1 on. Made by
        `dotnet run -c Release --project tests/Outbox.Simulation -- --mistakes > tests/Outbox.Simulation/mistakes.md`.

        | mistake | seeds | the rule that it breaks |
        |---|---|---|
        """;

    /// <returns>The first seed that finds the mistake, or null.</returns>
    public static SeedResult? Find(Mistake mistake)
    {
        for (var seed = 1UL; seed <= Most; seed++)
        {
            if (Run.Simulation.Run(seed, mistake) is { IsBroken: true } found)
            {
                return found;
            }
        }

        return null;
    }
}
