namespace Outbox.LiteDb.Tests;

public sealed class LiteDbIsMissing
{
    [Fact(Skip = "None of the package sources has LiteDB, so its store was not built and none of its tests ran.")]
    public void The_store_keeps_the_contract()
    {
    }
}
