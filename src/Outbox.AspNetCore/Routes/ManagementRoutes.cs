using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Routes;

/// <summary>The management API, put together.</summary>
internal static class ManagementRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping)
    {
        api.WithTags("Webhook outbox");
        api.AddEndpointFilter(new GuardFilter(mapping));
        SessionRoutes.Map(api, mapping);
    }
}
