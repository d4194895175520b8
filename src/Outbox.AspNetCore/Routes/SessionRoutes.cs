using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

internal static class SessionRoutes
{
    private static readonly string Version =
        typeof(SessionRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(RouteGroupBuilder api, Mapping mapping) =>
        api.MapGet("/session", Answer<SessionView> (HttpContext http) => Answer.Ok(View(Access.Of(http), mapping)))
            .WithSummary("Who is looking, and what the page may offer");

    private static SessionView View(Access access, Mapping mapping) => new()
    {
        User = access.User,
        CanOperate = access.CanOperate,
        CanSeePayloads = access.SeesPayloads,
        CanSeeUrlPaths = access.SeesUrlPaths,
        Tenant = access.Tenant,
        Now = mapping.Clock.GetUtcNow(),
        Version = Version,
        CsrfHeader = GuardFilter.CsrfHeader,
        Profiles = [.. mapping.Outbox.Profiles.Select(profile => profile.Name)],
        CountCap = SessionView.Cap,
    };
}
