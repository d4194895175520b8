namespace Outbox.Simulation.Mistakes;

/// <summary>Bugs that a queue can have. Each is made on purpose, to see that the referee finds it.</summary>
internal enum Mistake
{
    None,
    AcknowledgeBeforeSend,
    NoTokenCheck,
    FenceCheckedBeforehand,
    WallClockForLeases,
    SortById,
    HoldIgnoredAfterRestart,
    DeadlineIgnored,
    FanOutOutsideTransaction,
    IdempotencyKeyIgnored,
    ScheduleRestarts,
    BodyRecomposed,
    NewIdForEachAttempt,
    ParkedClaimed,
    CancelledSent,
    SettlementsLost,
    OrderingKeyIgnored,
    LeaseNeverExpires,
    PruneTakesOpen,
    DrainForgotten,
    LimitForEachEndpointIgnored,
    RetryAfterIgnored,
    InterruptionCounted,
    RotationIgnored,
    GoneRetried,
    EndpointStarved,
    TransactionOpenDuringHttp,
    ClockStandsStill,
}
