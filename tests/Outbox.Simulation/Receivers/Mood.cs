using Outbox.Simulation.Faults;

namespace Outbox.Simulation.Receivers;

/// <summary>How a receiver behaves for a while.</summary>
internal enum Mood
{
    Well,
    AnswersLate,
    Hangs,
    ResetBeforeReading,
    ResetAfterReading,
    SlowBody,
    OddStatus,
    TooManyRequests,
    Gone,
    ServerErrors,
}

internal static class Moods
{
    public static Fault FaultOf(Mood mood) => mood switch
    {
        Mood.AnswersLate => Fault.AnswersLate,
        Mood.Hangs => Fault.Hangs,
        Mood.ResetBeforeReading => Fault.ResetBeforeReading,
        Mood.ResetAfterReading => Fault.ResetAfterReading,
        Mood.SlowBody => Fault.SlowBody,
        Mood.OddStatus => Fault.OddStatus,
        Mood.TooManyRequests => Fault.TooManyRequests,
        Mood.Gone => Fault.Gone,
        Mood.ServerErrors => Fault.ServerErrors,
        _ => throw new ArgumentOutOfRangeException(nameof(mood)),
    };

    public static readonly IReadOnlyList<Mood> Bad =
    [
        Mood.AnswersLate, Mood.Hangs, Mood.ResetBeforeReading, Mood.ResetAfterReading, Mood.SlowBody, Mood.OddStatus, Mood.TooManyRequests, Mood.Gone, Mood.ServerErrors,
    ];
}
