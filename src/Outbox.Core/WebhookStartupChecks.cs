using Microsoft.Extensions.Hosting;

namespace Outbox;

/// <summary>
/// What has to hold before the host starts, said by packages that are set up after the services are, such as the management API. A check that
/// throws stops the host's start with its message. Each runs twice: before anything starts, and when everything has.
/// </summary>
public sealed class WebhookStartupChecks
{
    private readonly List<Action> _checks = [];

    /// <summary>Adds a check. It only looks, and may be called more than once.</summary>
    public void Add(Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        _checks.Add(check);
    }

    internal void Run()
    {
        foreach (var check in _checks)
        {
            check();
        }
    }
}

/// <summary>Runs the checks before any hosted service starts, and once more when the server has its routes.</summary>
internal sealed class StartupChecksService(WebhookStartupChecks checks) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        checks.Run();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        checks.Run();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
