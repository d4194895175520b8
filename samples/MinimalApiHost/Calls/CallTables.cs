namespace MinimalApiHost.Calls;

/// <summary>Makes the platform's tables before it takes requests.</summary>
internal sealed class CallTables(ICallStore calls) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => calls.CreateTablesAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
