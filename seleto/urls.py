"""Every address of the product."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from seleto import health
from seleto.backoffice import home_pages

admin.site.site_header = "Seleto"
admin.site.site_title = "Seleto"
admin.site.index_title = "Início"

handler400 = "seleto.lib.problems.bad_request"
handler403 = "seleto.lib.problems.permission_denied"
handler404 = "seleto.lib.problems.not_found"
handler500 = "seleto.lib.problems.server_error"

urlpatterns = [
    path("webhooks/", include("conversations.webhooks.urls")),
    path("api/v1/", include("conversations.api.urls")),
    path("api/v1/", include("seleto.api.urls")),
    path("api/v1/privacy/", include("seleto.api.subjects")),
    path("admin/inicio/agora/", home_pages.live, name="home-live"),
    path("admin/", include("seleto.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    # Browsers ask for it by this name on pages that say nothing of it.
    path("favicon.ico", RedirectView.as_view(url=static("seleto/favicon.svg"))),
    path("", RedirectView.as_view(url="/admin/")),
]
