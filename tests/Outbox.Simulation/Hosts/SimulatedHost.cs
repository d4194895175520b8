using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Dispatching;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Run;

namespace Outbox.Simulation.Hosts;

internal enum HostState
{
    Down,
    Running,
    Stopping,
}

/// <summary>
/// A machine that runs the platform with the whole real outbox in it, as <c>AddWebhookOutbox</c> registers it. It dies, stands still, is
/// stopped and started again; each start is a new process with nothing but the store behind it.
/// </summary>
internal sealed class SimulatedHost(int number, World world)
{
    private static readonly TimeSpan StopSlack = TimeSpan.FromMinutes(2);

    private ServiceProvider? _services;
    private int _starts;

    public string Name { get; private set; } = $"host{number}";

    public HostState State { get; private set; }

    public SimulatedContext Context { get; private set; } = null!;

    public SimulatedClock Clock { get; private set; } = null!;

    public TimeSpan Lease => world.Settings.Lease;

    /// <summary>Until when, in simulated time, it has been dead, still, stopped or in trouble with the store.</summary>
    public TimeSpan LastDisturbed { get; private set; }

    public bool MayFall => State == HostState.Running && !Context.IsPaused && !world.Faults.Plan.IsOver;

    /// <summary>Whether the platform's code runs here.</summary>
    public bool Serves => State == HostState.Running && !Context.IsPaused;

    public IWebhookOutbox Outbox => _services!.GetRequiredService<IWebhookOutbox>();

    public void Start()
    {
        if (State != HostState.Down)
        {
            return;
        }

        State = HostState.Running;
        Name = $"host{number}.{++_starts}";
        Context = new SimulatedContext(world.Scheduler, Name);
        Clock = new SimulatedClock(world.Scheduler, Context)
        {
            Skew = Clock?.Skew ?? TimeSpan.Zero,
            TimestampsStandStill = world.Mistake == Mistake.ClockStandsStill,
        };
        _services = HostServices.Build(this, world);
        world.Trace.Add(Name, "starts");
        var services = _services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().ToList();
        Do(async () =>
        {
            foreach (var service in services)
            {
                await service.StartingAsync(CancellationToken.None);
            }

            foreach (var service in services)
            {
                await service.StartAsync(CancellationToken.None);
            }
        });
    }

    /// <summary>Runs a piece of the platform's code in this process.</summary>
    public void Do(Func<Task> work)
    {
        var name = Name;
        Context.Post(_ => _ = RunAsync(), null);

        async Task RunAsync()
        {
            try
            {
                await work();
            }
            catch (Exception e)
            {
                world.Scheduler.Break($"{name} let an exception through: {e}");
            }
        }
    }

    public void Disturbed() => LastDisturbed = world.Scheduler.Now;

    public void Crash()
    {
        Die();
        ComeBack();
    }

    /// <summary>Ends the process without another step of it, and gives back what its meters and timers hold of the real one.</summary>
    public void Die()
    {
        Context.Kill();
        State = HostState.Down;
        Disturbed();
        world.Database.Forget(this);
        _services?.Dispose();
        _services = null;
    }

    public void Pause(TimeSpan duration)
    {
        var context = Context;
        context.Pause();
        Disturbed();
        world.After(duration, () =>
        {
            Disturbed();
            context.Resume();
        });
    }

    public void Stop(TimeSpan grace)
    {
        State = HostState.Stopping;
        Disturbed();
        var (context, services) = (Context, _services!);
        Do(async () =>
        {
            using var patience = new CancellationTokenSource(grace, Clock);
            await services.GetRequiredService<OutboxService>().StopAsync(patience.Token);
            if (Context != context)
            {
                return;
            }

            world.Trace.Add(Name, "has stopped");
            Die();
            ComeBack();
        });
        world.After(grace + StopSlack, () =>
        {
            if (Context == context && State == HostState.Stopping)
            {
                world.Verdict.Fail("stops-in-time", $"{Name} was told to stop with {grace} of patience, and after {StopSlack} more it has not");
            }
        });
    }

    private void ComeBack() => world.After(world.Chances.Hosts.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), () =>
    {
        Disturbed();
        Start();
    });
}
