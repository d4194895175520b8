using Outbox.Simulation.Run;

namespace Outbox.Simulation.Mistakes;

/// <summary>Lives one seed after the other with a mistake in it, until a promise is broken.</summary>
internal static class MistakeHunt
{
    public const ulong Most = 1000;

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
